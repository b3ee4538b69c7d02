namespace Filecoin.Sealing.Engine;

/// <summary>Another process joined under this machine's name, so this one has stopped: two machines bear one name, or an old process was left behind.</summary>
public sealed class MachineSupersededException : Exception
{
    internal MachineSupersededException(string machine)
        : base($"another process joined as {machine}: give each machine a name of its own")
    {
        Machine = machine;
    }

    /// <summary>The name.</summary>
    public string Machine { get; }
}
