namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>How many constraints and variables a synthesis makes.</summary>
/// <param name="Constraints">Constraints.</param>
/// <param name="Inputs">Public inputs; the constant one is counted where the size is that of a whole circuit.</param>
/// <param name="Auxiliaries">Auxiliary variables.</param>
internal readonly record struct CircuitCounts(long Constraints, int Inputs, int Auxiliaries);
