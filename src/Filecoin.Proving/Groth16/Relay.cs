namespace Filecoin.Proving.Groth16;

/// <summary>Passes progress on at once, on the thread that made it.</summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
