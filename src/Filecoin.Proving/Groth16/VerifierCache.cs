using System.Collections.Concurrent;

namespace Filecoin.Proving.Groth16;

/// <summary>Prepared verifiers by circuit; each key is read once.</summary>
internal sealed class VerifierCache(ParameterStore store)
{
    private readonly ConcurrentDictionary<string, Lazy<Groth16Verifier>> _verifiers = new(StringComparer.Ordinal);

    public Groth16Verifier Get(string parameterId)
    {
        var lazy = _verifiers.GetOrAdd(parameterId, id => new Lazy<Groth16Verifier>(() => new Groth16Verifier(store.ReadVerifyingKey(id))));
        try
        {
            return lazy.Value;
        }
        catch
        {
            // A missing or damaged key may be put right while the process runs.
            _verifiers.TryRemove(new(parameterId, lazy));
            throw;
        }
    }
}
