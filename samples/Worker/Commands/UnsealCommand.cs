using System.CommandLine;
using System.Globalization;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Replicas;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>unseal DIR --out FILE</c>: reads the data back out of the sealed file, whole or by range.</summary>
internal static class UnsealCommand
{
    public static Command Create()
    {
        var directory = CommonOptions.Directory();
        var (miner, sector, parents) = (CommonOptions.Miner(), CommonOptions.Sector(), CommonOptions.Parents());
        var output = new Option<string>("--out") { Description = "The file to write.", Required = true };
        var range = CommonOptions.Checked(
            new Option<string?>("--range") { Description = "OFFSET:LENGTH in bytes of the sector's data. Default: a piece, without its zeros." },
            text => _ = ParseRange(text));
        var piece = new Option<int>("--piece") { Description = "Which piece, from 0." };
        var regenerate = new Option<bool>("--regenerate") { Description = "Makes the labels again although the last layer is there." };
        return new Command("unseal", "Reads data back out of a sealed sector.") { directory, miner, sector, output, range, piece, regenerate, parents }.Does(
            (parsed, phases, cancellation) =>
            {
                var store = new SectorStore(parsed.GetRequiredValue(directory));
                var manifest = store.Single(parsed.GetValue(miner), parsed.GetValue(sector));
                return Task.FromResult(Run(
                    store, manifest, parsed.GetRequiredValue(output), Range(manifest, parsed.GetValue(range), parsed.GetValue(piece)),
                    parsed.GetValue(regenerate),
                    parsed.GetValue(parents), phases, cancellation));
            },
            WorkerJson.Default.UnsealResult,
            (result, text) => text.WriteLine($"{result.Sector}: {result.Length} bytes from {result.Offset} in {result.File}"));
    }

    private static UnsealResult Run(
        SectorStore store, SectorManifest manifest, string output, (long Offset, long Length) range, bool regenerate, string? parentsDirectory,
        Phases phases, CancellationToken cancellation)
    {
        _ = manifest.Replica;
        var (offset, length) = range;
        var job = manifest.Job(store.Directory);
        var scratch = Path.Combine(store.Directory, $"unseal-{manifest.Id}");
        var parents = Names.Parents(job.Config, parentsDirectory, phases, cancellation);
        var temporary = output + PendingFile.TemporarySuffix;
        Directory.CreateDirectory(scratch);
        try
        {
            using (parents as IDisposable)
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                new SectorUnsealer(job.Config, parents).Unseal(
                    new UnsealJob(job.ReplicaId, job.Paths.Sealed, regenerate ? null : job.Paths.Cache, scratch),
                    offset, length, new Counted(file, phases.Of("unseal", length)), new Labels(phases), cancellation);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, output, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
            Directory.Delete(scratch, recursive: true);
        }

        return new UnsealResult(manifest.Id.ToString(), output, offset, length, phases.Times);
    }

    private static (long Offset, long Length) Range(SectorManifest manifest, string? range, int piece)
    {
        if (range is not null)
            return ParseRange(range);
        if (manifest.Pieces is null or [] && piece == 0)
            return (0, manifest.Config.SectorSize.UnpaddedBytes);
        return piece >= 0 && piece < manifest.Pieces?.Count
            ? (manifest.Pieces[piece].UnpaddedOffset, manifest.Pieces[piece].DataBytes)
            : throw new WorkerException($"Sector {manifest.Id} has {manifest.Pieces?.Count ?? 0} pieces, and no piece {piece}.");
    }

    private static (long Offset, long Length) ParseRange(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            && long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? (offset, length)
            : throw new FormatException($"Expected a range OFFSET:LENGTH in bytes, found '{text}'.");
    }

    private sealed class Labels(Phases phases) : IProgress<SdrProgress>
    {
        public void Report(SdrProgress value) =>
            phases.Report("labels", value.Done * SectorSize.NodeBytes, value.Total * SectorSize.NodeBytes, "bytes");
    }

    /// <summary>A file that says how much is in it.</summary>
    private sealed class Counted(Stream file, IProgress<long> progress) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => file.Length;

        public override long Position
        {
            get => file.Position;
            set => throw new NotSupportedException();
        }

        public override void Flush() => file.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            file.Write(buffer);
            progress.Report(file.Position);
        }
    }
}

/// <summary>Data read back.</summary>
internal sealed record UnsealResult(string Sector, string File, long Offset, long Length, IReadOnlyList<PhaseTime> Phases);
