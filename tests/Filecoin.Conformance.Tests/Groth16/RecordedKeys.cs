using System.IO.Compression;
using Filecoin.Native.Fields;
using Filecoin.Proving.Groth16;

namespace Filecoin.Conformance.Tests.Groth16;

/// <summary>The recorded parameters and verifying keys as a parameter directory.</summary>
public sealed class RecordedKeys : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("golden-keys-");

    public RecordedKeys()
    {
        foreach (var file in Directory.GetFiles(GoldenVectors.PathOf("keys")))
        {
            var name = Path.GetFileName(file);
            if (!name.EndsWith(".gz", StringComparison.Ordinal))
            {
                File.Copy(file, Path.Combine(_directory.FullName, name));
                continue;
            }
            using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using var unpacked = File.Create(Path.Combine(_directory.FullName, name[..^".gz".Length]));
            packed.CopyTo(unpacked);
        }
        Store = new ParameterStore(new ParameterStoreOptions { Directory = _directory.FullName });
    }

    public ParameterStore Store { get; }

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>The blinding factors of recordings with "fixed_rs": r = n + 2i and s = n + 1 + 2i for proof i.</summary>
    internal sealed class FixedRandomness(ulong first) : IGroth16Randomness
    {
        private ulong _next = first;

        public (Fr R, Fr S) Next()
        {
            var r = Fr.FromUInt64(_next);
            var s = Fr.FromUInt64(_next + 1);
            _next += 2;
            return (r, s);
        }
    }
}
