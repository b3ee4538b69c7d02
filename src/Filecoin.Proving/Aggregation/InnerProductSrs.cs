using System.Numerics;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;
using Filecoin.Proving.Groth16;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// The structured reference string of aggregates in the official format (bellperson <c>aggregate/srs.rs</c>): powers of two secrets α and β,
/// gᵅ, gᵝ in G1, then hᵅ, hᵝ in G2, each a big-endian u32 count and compressed points. It serves every circuit. Only what a number of proofs
/// needs is read, checked and kept; larger numbers read on from there. Safe for several threads.
/// </summary>
public sealed class InnerProductSrs
{
    /// <summary>The file's name in the network's parameters.</summary>
    public const string FileName = "v28-fil-inner-product-v1.srs";

    /// <summary>The most points of a section: 2²⁰ + 1, what the ceremonies left (bellperson <c>MAX_SRS_SIZE</c>).</summary>
    internal const int MaxPoints = (1 << 20) + 1;

    private readonly Lock _loading = new();
    private readonly SrsSection<G1Affine> _gAlpha, _gBeta;
    private readonly SrsSection<G2Affine> _hAlpha, _hBeta;
    private SrsProverKey? _loaded;

    private InnerProductSrs(string path)
    {
        Path = path;
        (_gAlpha, _gBeta) = (G1("g_alpha"), G1("g_beta"));
        (_hAlpha, _hBeta) = (G2("h_alpha"), G2("h_beta"));
        using var file = OpenFile();
        long length = RandomAccess.GetLength(file), at = 0;
        _gAlpha.Locate(file, length, ref at);
        _gBeta.Locate(file, length, ref at);
        _hAlpha.Locate(file, length, ref at);
        _hBeta.Locate(file, length, ref at);
        if (at != length)
            throw new ParameterFileException(ParameterFileError.Oversized, path, $"the last section ends at byte {at}, the file at {length}");
        var points = Math.Min(Math.Min(_gAlpha.Count, _gBeta.Count), Math.Min(_hAlpha.Count, _hBeta.Count));
        MaxProofs = 1 << (BitOperations.Log2((uint)points) - 1);
        VerifierKey = ReadVerifierKey(file);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The most proofs that an aggregate made or checked with it can have, padding included: half its points, a power of two.</summary>
    public int MaxProofs { get; }

    internal SrsVerifierKey VerifierKey { get; }

    /// <summary>Opens a file: checks its layout and the points that verifiers take.</summary>
    /// <exception cref="ParameterFileException">It is missing, shorter or longer than it says, or its points are not such powers.</exception>
    public static InnerProductSrs Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new ParameterFileException(ParameterFileError.Missing, path, "no such file");
        return new InnerProductSrs(path);
    }

    /// <summary>Opens the network's file, or else the development one where the store allows it.</summary>
    /// <exception cref="ParameterFileException">It is missing, damaged, or insecure where that is not allowed.</exception>
    public static InnerProductSrs Open(ParameterStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Open(store.SrsPath());
    }

    /// <summary>Refuses a number of proofs that this is too small for.</summary>
    internal void Require(int proofs)
    {
        if (proofs > MaxProofs)
            throw new ParameterFileException(ParameterFileError.TooSmall, Path, $"the reference string has points for {MaxProofs} proofs, not for {proofs}");
    }

    /// <summary>The points for a number of proofs, a power of two: read and checked unless they are here.</summary>
    internal SrsProverKey ProverKey(int proofs, ParallelOptions options)
    {
        Require(proofs);
        lock (_loading)
        {
            if (_loaded is null || _loaded.Proofs < proofs) _loaded = Load(proofs, _loaded, options);
            return _loaded.Proofs == proofs ? _loaded : new SrsProverKey(
                proofs, _loaded.GAlpha[..(2 * proofs)], _loaded.GBeta[..(2 * proofs)], _loaded.HAlpha[..proofs], _loaded.HBeta[..proofs]);
        }
    }

    private SrsProverKey Load(int proofs, SrsProverKey? known, ParallelOptions options)
    {
        using var file = OpenFile();
        Memory<TPoint> Grow<TPoint>(SrsSection<TPoint> section, ReadOnlyMemory<TPoint>? start, int count)
        {
            var points = new TPoint[count].AsMemory();
            start?.CopyTo(points);
            var first = start?.Length ?? 0;
            section.Read(file, first, points[first..], options);
            return points;
        }

        var key = new SrsProverKey(
            proofs, Grow(_gAlpha, known?.GAlpha, 2 * proofs), Grow(_gBeta, known?.GBeta, 2 * proofs),
            Grow(_hAlpha, known?.HAlpha, proofs), Grow(_hBeta, known?.HBeta, proofs));
        RequirePowers("alpha", key.GAlpha, key.HAlpha, VerifierKey.GAlpha, VerifierKey.HAlpha, options);
        RequirePowers("beta", key.GBeta, key.HBeta, VerifierKey.GBeta, VerifierKey.HBeta, options);
        return key;
    }

    /// <summary>Each point is the one before it times the secret: for a random combination of all points, e(Σ gᵢ₊₁, h) = e(Σ gᵢ, h₁), and so in G2.</summary>
    private void RequirePowers(
        string name, ReadOnlyMemory<G1Affine> g, ReadOnlyMemory<G2Affine> h, in G1Affine g1, in G2Affine h1, ParallelOptions options)
    {
        Fr[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => Groth16Randomness.Secure.NextHalfScalar())];
        Fr[] ofG = Weights(g.Length - 1), ofH = Weights(h.Length - 1);
        var multiply = new MsmOptions { DegreeOfParallelism = options.MaxDegreeOfParallelism, CancellationToken = options.CancellationToken };
        G1Affine G(int first) => MultiScalar.MultiplyG1(G1Bases.FromPoints(g.Slice(first, ofG.Length)), ofG, multiply).ToAffine();
        G2Affine H(int first) => MultiScalar.MultiplyG2(G2Bases.FromPoints(h.Slice(first, ofH.Length)), ofH, multiply).ToAffine();
        if (!Pairing.MultiPairing([G(1), -G(0), VerifierKey.G, -g1], [VerifierKey.H, h1, H(1), H(0)]).IsOne)
            throw new ParameterFileException(ParameterFileError.Inconsistent, Path, $"the points of {name} are not the powers of one secret");
    }

    private SrsVerifierKey ReadVerifierKey(SafeFileHandle file)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = 1 };
        G1Affine[] gAlpha = new G1Affine[2], gBeta = new G1Affine[2];
        G2Affine[] hAlpha = new G2Affine[2], hBeta = new G2Affine[2];
        _gAlpha.Read(file, 0, gAlpha, options);
        _gBeta.Read(file, 0, gBeta, options);
        _hAlpha.Read(file, 0, hAlpha, options);
        _hBeta.Read(file, 0, hBeta, options);
        if (gAlpha[0] != gBeta[0] || hAlpha[0] != hBeta[0])
            throw new ParameterFileException(ParameterFileError.Inconsistent, Path, "the powers of alpha and beta begin with other points");
        if (Pairing.Pair(gAlpha[1], hAlpha[0]) != Pairing.Pair(gAlpha[0], hAlpha[1])
            || Pairing.Pair(gBeta[1], hBeta[0]) != Pairing.Pair(gBeta[0], hBeta[1]))
            throw new ParameterFileException(ParameterFileError.Inconsistent, Path, "the first powers in G1 and in G2 are of other secrets");
        return new SrsVerifierKey(gAlpha[0], gAlpha[1], gBeta[1], hAlpha[0], hAlpha[1], hBeta[1]);
    }

    private SrsSection<G1Affine> G1(string name) =>
        new(Path, name, G1Affine.CompressedSize, bytes => G1Affine.ReadCompressed(bytes), point => point.IsInfinity);

    private SrsSection<G2Affine> G2(string name) =>
        new(Path, name, G2Affine.CompressedSize, bytes => G2Affine.ReadCompressed(bytes), point => point.IsInfinity);

    private SafeFileHandle OpenFile() => File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
}
