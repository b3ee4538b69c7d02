namespace Filecoin.Native.Interop;

/// <summary>What the operating system is told about the coming use of a range. Advice never changes what is read.</summary>
public enum MemoryAdvice
{
    /// <summary>No special treatment.</summary>
    Normal = 0,

    /// <summary>Pages are read in no order: read-ahead is off.</summary>
    Random,

    /// <summary>Pages are read in order: read-ahead is strong.</summary>
    Sequential,

    /// <summary>The range is read soon.</summary>
    WillNeed,

    /// <summary>A mapped range is not used for a while: its pages may leave memory. Written pages go to the file first. No effect on allocated memory.</summary>
    Release,

    /// <summary>Worth backing with huge pages, where the system has them.</summary>
    HugePages,
}
