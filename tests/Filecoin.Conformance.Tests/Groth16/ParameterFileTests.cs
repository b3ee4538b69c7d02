using System.Buffers.Binary;
using Filecoin.Conformance.Tests.PoSt;
using Filecoin.Native.Curves;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Groth16;

/// <summary>Damaged parameter files, and whole ones of another circuit, are refused by name before the long work, or at the latest by the proof's own check.</summary>
public sealed class ParameterFileTests : IDisposable
{
    private readonly RecordedKeys _keys = new();
    private readonly PoStRecording _recording = new("window-2k-1partition", PoStKind.Window, ApiVersion.V1_1);
    private readonly string _path;
    private readonly byte[] _bytes;

    public ParameterFileTests()
    {
        _path = Path.Combine(_keys.Store.Options.Directory, ParameterIdentifier.ParametersFile(ParameterIdentifier.Of(_recording.Config)));
        _bytes = File.ReadAllBytes(_path);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void The_recorded_file_has_the_circuit_s_counts()
    {
        using var file = ParameterFile.Open(_path);
        Assert.Equal(_bytes.Length, file.B2.Offset + ((long)file.B2.Count * G2Affine.UncompressedSize));
        Assert.Equal(file.B1.Count, file.B2.Count);
        Assert.Equal(file.VerifyingKey.ToBytes(), _bytes.AsSpan(0, file.VerifyingKey.Size).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(867)]
    [InlineData(3000)]
    [InlineData(3077)]
    [InlineData(1_000_000)]
    [InlineData(11_501_495)]
    public void A_truncated_file_is_refused(int length)
    {
        File.WriteAllBytes(_path, _bytes[..length]);
        Assert.Equal(ParameterFileError.Truncated, Error(() => ParameterFile.Open(_path).Dispose()));
    }

    [Fact]
    public void A_file_that_goes_on_is_refused()
    {
        File.WriteAllBytes(_path, [.. _bytes, 0]);
        Assert.Equal(ParameterFileError.Oversized, Error(() => ParameterFile.Open(_path).Dispose()));
    }

    [Fact]
    public void Counts_that_do_not_fit_are_refused()
    {
        var sizeOfKey = VerifyingKey.Read(_bytes).Size;
        foreach (var (at, count) in ((int, uint)[])[(sizeOfKey, uint.MaxValue), (sizeOfKey, 1), (864, 0), (864, uint.MaxValue)])
        {
            var changed = (byte[])_bytes.Clone();
            BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(at), count);
            File.WriteAllBytes(_path, changed);
            Assert.Throws<ParameterFileException>(() => ParameterFile.Open(_path).Dispose());
        }
    }

    [Fact]
    public void A_damaged_point_of_the_key_is_refused()
    {
        var changed = (byte[])_bytes.Clone();
        changed[50] ^= 1;
        File.WriteAllBytes(_path, changed);
        Assert.Equal(ParameterFileError.BadPoint, Error(() => ParameterFile.Open(_path).Dispose()));
    }

    [Fact]
    public void No_proof_leaves_a_prover_whose_points_are_damaged()
    {
        using (var file = ParameterFile.Open(_path))
        {
            // Another point of the query in the place of one: still on the curve, so that only the proof's own check can see it.
            var first = (int)file.L.Offset;
            _bytes.AsSpan(first, G1Affine.UncompressedSize).CopyTo(_bytes.AsSpan(first + (5 * G1Affine.UncompressedSize)));
        }
        File.WriteAllBytes(_path, _bytes);
        var error = Assert.Throws<ProofRejectedException>(Prove);
        Assert.Equal(_path, error.ParametersPath);
    }

    [Fact]
    public void Parameters_of_another_circuit_are_refused_before_the_witness()
    {
        var winning = new PoStRecording("winning-2k", PoStKind.Winning, ApiVersion.V1_1);
        File.Move(_path, Path.Combine(_keys.Store.Options.Directory, ParameterIdentifier.ParametersFile(ParameterIdentifier.Of(winning.Config))));
        var error = Error(() => new WinningPoStProver(_keys.Store).Prove(winning.Config, winning.Inputs, winning.Proofs[0]));
        Assert.Equal(ParameterFileError.WrongCircuit, error);
    }

    [Fact]
    public void A_key_of_another_circuit_takes_other_inputs()
    {
        var winning = new PoStRecording("winning-2k", PoStKind.Winning, ApiVersion.V1_1);
        var directory = _keys.Store.Options.Directory;
        File.Copy(
            Path.Combine(directory, ParameterIdentifier.VerifyingKeyFile(ParameterIdentifier.Of(winning.Config))),
            Path.Combine(directory, ParameterIdentifier.VerifyingKeyFile(ParameterIdentifier.Of(_recording.Config))), overwrite: true);
        var proof = Convert.FromHexString(_recording.Json.GetProperty("proof").GetString()!);
        Assert.Throws<PublicInputException>(() => new PoStVerifier(_keys.Store).Verify(_recording.Config, _recording.Inputs, proof));
    }

    [Fact]
    public void Vanilla_proofs_of_other_partitions_are_refused()
    {
        var two = new PoStRecording("window-2k-2partitions", PoStKind.Window, ApiVersion.V1_1);
        var prover = new WindowPoStProver(_keys.Store);
        Assert.Throws<ArgumentException>(() => prover.Prove(two.Config, two.Inputs, [.. two.Proofs.Take(2)]));
        Assert.Throws<ArgumentException>(() => prover.ProvePartition(two.Config, two.Inputs, 0, [.. two.Proofs]));
        Assert.Throws<ArgumentOutOfRangeException>(() => prover.ProvePartition(two.Config, two.Inputs, 2, [two.Proofs[2]]));
        Assert.Throws<CircuitWitnessException>(() => prover.ProvePartition(two.Config, two.Inputs, 0, [two.Proofs[2]]));
    }

    private byte[] Prove() => new WindowPoStProver(_keys.Store).Prove(_recording.Config, _recording.Inputs, [.. _recording.Proofs]);

    private static ParameterFileError Error(Action action) => Assert.Throws<ParameterFileException>(action).Error;
}
