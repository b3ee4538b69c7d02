using System.Globalization;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>The gadgets entered and not left, from the outermost.</summary>
internal sealed class GadgetPath
{
    private readonly List<(string Gadget, int Index)> _entered = [];

    /// <summary>Enters a gadget; a negative index means it has none.</summary>
    public void Enter(string gadget, int index) => _entered.Add((gadget, index));

    /// <summary>Leaves the gadget entered last.</summary>
    public void Leave() => _entered.RemoveAt(_entered.Count - 1);

    /// <summary>The path of a constraint here: "sector 0/challenge 3/root".</summary>
    public string Of(string constraint) => string.Join('/', _entered
        .Select(g => g.Index < 0 ? g.Gadget : string.Create(CultureInfo.InvariantCulture, $"{g.Gadget} {g.Index}"))
        .Append(constraint));
}
