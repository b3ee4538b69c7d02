namespace Filecoin.Native.Interop;

/// <summary>How a file is mapped.</summary>
public enum MapAccess
{
    /// <summary>The region is read only; writing to it is refused.</summary>
    Read = 0,

    /// <summary>Writes go to the file.</summary>
    ReadWrite = 1,
}
