namespace Filecoin.Proving.Groth16;

/// <summary>A circuit whose auxiliary variable stands in no constraint: no parameters can be made for it.</summary>
/// <param name="index">The variable, in order of allocation.</param>
public sealed class UnconstrainedVariableException(int index) : Exception($"auxiliary variable {index} stands in no constraint")
{
    /// <summary>The variable, in order of allocation.</summary>
    public int Index { get; } = index;
}
