namespace Filecoin.Proving.Circuits;

/// <summary>
/// A variable of a constraint system: a public input or an auxiliary (private) variable, numbered in order of allocation.
/// Input 0 is the constant one.
/// </summary>
/// <remarks>Tagged in one integer: auxiliary i is i, input i is its complement, so that a term stays small.</remarks>
internal readonly struct Variable : IEquatable<Variable>
{
    private Variable(int code) => Code = code;

    /// <summary>The constant one, input 0.</summary>
    public static Variable One => new(~0);

    /// <summary>The tagged integer: negative for inputs.</summary>
    public int Code { get; }

    /// <summary>True for a public input.</summary>
    public bool IsInput => Code < 0;

    /// <summary>The position among the variables of its kind, in order of allocation.</summary>
    public int Index => Code < 0 ? ~Code : Code;

    /// <summary>The public input of an index.</summary>
    public static Variable Input(int index) => new(~index);

    /// <summary>The auxiliary variable of an index.</summary>
    public static Variable Auxiliary(int index) => new(index);

    /// <summary>Whether two are the same variable.</summary>
    public static bool operator ==(Variable left, Variable right) => left.Code == right.Code;

    /// <summary>Whether two are different variables.</summary>
    public static bool operator !=(Variable left, Variable right) => left.Code != right.Code;

    /// <inheritdoc/>
    public bool Equals(Variable other) => Code == other.Code;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Variable other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Code;

    /// <inheritdoc/>
    public override string ToString() => IsInput ? $"input {Index}" : $"aux {Index}";
}
