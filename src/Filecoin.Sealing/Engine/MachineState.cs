namespace Filecoin.Sealing.Engine;

/// <summary>What the operator wants of a machine. Kept in the database over restarts.</summary>
public enum MachineState
{
    /// <summary>It takes tasks.</summary>
    Active,

    /// <summary>It finishes what it has, and takes only tasks that hang on data which lies there (<see cref="TaskPlacement.LocalData"/>).</summary>
    Cordoned,

    /// <summary>It finishes what it has and takes nothing.</summary>
    Draining,
}

/// <summary>How a state is written in the database.</summary>
internal static class MachineStates
{
    public const string Active = "active";

    public static string Text(MachineState state) => state switch
    {
        MachineState.Active => Active,
        MachineState.Cordoned => "cordoned",
        MachineState.Draining => "draining",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "unknown state of a machine"),
    };

    public static MachineState Parse(string text) => text switch
    {
        Active => MachineState.Active,
        "cordoned" => MachineState.Cordoned,
        "draining" => MachineState.Draining,
        _ => throw new InvalidDataException($"machine_nodes.state is {text}, expected active, cordoned or draining"),
    };
}
