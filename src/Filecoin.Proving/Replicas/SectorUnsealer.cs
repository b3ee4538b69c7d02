using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Replicas;

/// <summary>
/// Reads data back out of a sealed sector: data = replica − key. The key is the last layer of labels; where that file is gone, the
/// labels are made again, the last layer only as far as the range reaches.
/// </summary>
public sealed class SectorUnsealer
{
    /// <summary>Units of 127 and 128 bytes that are worked on at once: 1 MiB.</summary>
    private const int WindowUnits = 8192;

    private readonly PoRepConfig _config;
    private readonly IParentSource _parents;

    /// <summary>An unsealer for sectors of one configuration.</summary>
    /// <param name="config">Size, layers and graph.</param>
    /// <param name="parents">The graph's parents: its cache on disk, or the graph itself where that is small.</param>
    public SectorUnsealer(PoRepConfig config, IParentSource parents)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(parents);
        _config = config;
        _parents = parents;
    }

    /// <summary>Threads that decode and hash a whole sector, at most: one a processor by default. Ranges and labels take one thread.</summary>
    public int Degree
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>Writes a range of the client's data (without padding) to a stream.</summary>
    /// <param name="job">The sector.</param>
    /// <param name="offset">First byte, counted in data without padding; any byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="output">Receives exactly <paramref name="length"/> bytes.</param>
    /// <param name="progress">Nodes labelled, where the key is made again.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the sector.</exception>
    /// <exception cref="SectorFileException">The sealed file is missing, has the wrong length, or holds bytes that are no field element.</exception>
    public void Unseal(UnsealJob job, long offset, long length, Stream output,
        IProgress<SdrProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        RequireRange(offset, length, _config.SectorSize.UnpaddedBytes);
        if (length == 0) return;
        var (firstUnit, lastUnit) = (offset / Fr32.UnpaddedUnit, (offset + length - 1) / Fr32.UnpaddedUnit);
        var data = new byte[WindowUnits * Fr32.UnpaddedUnit];
        Decode(job, firstUnit * Fr32.PaddedUnit, (lastUnit - firstUnit + 1) * Fr32.PaddedUnit, (padded, at) =>
        {
            var unpadded = data.AsSpan(0, padded.Length / Fr32.PaddedUnit * Fr32.UnpaddedUnit);
            Fr32.Unpad(padded, unpadded);
            var start = at / Fr32.PaddedUnit * Fr32.UnpaddedUnit;
            var from = (int)Math.Max(0, offset - start);
            var to = (int)Math.Min(unpadded.Length, offset + length - start);
            output.Write(unpadded[from..to]);
        }, progress, cancellation);
    }

    /// <summary>Writes a range of the sector's padded data to a stream.</summary>
    /// <param name="job">The sector.</param>
    /// <param name="offset">First byte, counted in padded data; a multiple of 32.</param>
    /// <param name="length">Bytes; a multiple of 32.</param>
    /// <param name="output">Receives exactly <paramref name="length"/> bytes.</param>
    /// <param name="progress">Nodes labelled, where the key is made again.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <inheritdoc cref="Unseal" path="/exception"/>
    public void UnsealPadded(UnsealJob job, long offset, long length, Stream output,
        IProgress<SdrProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        RequireRange(offset, length, _config.SectorSize.Bytes);
        if (offset % SectorSize.NodeBytes != 0 || length % SectorSize.NodeBytes != 0)
            throw new ArgumentException($"expected a range of whole {SectorSize.NodeBytes}-byte nodes, found {length} bytes at {offset}");
        if (length > 0) Decode(job, offset, length, (padded, _) => output.Write(padded), progress, cancellation);
    }

    /// <summary>Writes the whole padded data to a file and checks it against its commitment.</summary>
    /// <param name="job">The sector.</param>
    /// <param name="commD">The commitment that the data must have.</param>
    /// <param name="path">The file, which has its name only if the data is right.</param>
    /// <param name="progress">Nodes labelled, where the key is made again.</param>
    /// <param name="cancellation">Ends the work; no file is left.</param>
    /// <exception cref="SectorFileException">The sealed file is missing or has the wrong length, or does not decode to the committed data.</exception>
    /// <exception cref="DiskFullException">There is no room for the file or the layers.</exception>
    public void UnsealFile(UnsealJob job, Commitment commD, string path,
        IProgress<SdrProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        using var key = ReplicaKey.Open(job, _config, _parents, _config.SectorSize.Nodes, progress, cancellation);
        using var replica = SectorData.Open(job.SealedPath, _config.SectorSize);
        using var file = PendingFile.Create(path, _config.SectorSize.Bytes);
        var decoded = new DecodedReplica(replica, key) { Output = file };
        var found = new TreeBuilder(TreeHasher.Sha256, TreeRows.Create(2, _config.SectorSize.Nodes))
            .Build((TreeBuilder.RowWriter?)null, decoded, Degree, null, cancellation);
        if (found != commD)
        {
            throw new SectorFileException(SectorFileFault.Content, job.SealedPath, null, $"a replica of data with CommD {commD}",
                $"one of {found} under replica id {job.ReplicaId}");
        }

        file.Commit();
    }

    private void Decode(UnsealJob job, long offset, long length, WindowAction write,
        IProgress<SdrProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        using var key = ReplicaKey.Open(job, _config, _parents, (offset + length) / SectorSize.NodeBytes, progress, cancellation);
        using var replica = SectorData.Open(job.SealedPath, _config.SectorSize);
        var decoded = new DecodedReplica(replica, key);
        var buffer = new byte[WindowUnits * Fr32.PaddedUnit];
        for (var at = offset; at < offset + length; at += buffer.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var window = buffer.AsSpan(0, (int)Math.Min(buffer.Length, offset + length - at));
            decoded.Fill(at / SectorSize.NodeBytes, window);
            write(window, at);
        }
    }

    private delegate void WindowAction(ReadOnlySpan<byte> padded, long offset);

    private static void RequireRange(long offset, long length, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length > size - offset)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"expected a range within {size} bytes, found {length} at {offset}");
    }
}
