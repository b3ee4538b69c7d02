using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Aggregation;

/// <summary>A store's reference string, opened once.</summary>
internal sealed class SrsCache(ParameterStore store)
{
    private readonly Lock _opening = new();
    private InnerProductSrs? _srs;

    /// <exception cref="ParameterFileException">It is missing, damaged, or insecure where that is not allowed; the next call looks again.</exception>
    public InnerProductSrs Get()
    {
        lock (_opening) return _srs ??= InnerProductSrs.Open(store);
    }
}
