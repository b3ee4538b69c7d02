using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits;

/// <summary>A variable times a coefficient. A span of terms is a linear combination; a variable may occur in it more than once.</summary>
internal readonly struct Term(Variable variable, Fr coefficient)
{
    /// <summary>The variable.</summary>
    public readonly Variable Variable = variable;

    /// <summary>Its coefficient.</summary>
    public readonly Fr Coefficient = coefficient;

    /// <summary>A variable with coefficient one.</summary>
    public static implicit operator Term(Variable variable) => new(variable, Fr.One);
}
