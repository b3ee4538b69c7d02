namespace Filecoin.Native.FilCrypto;

/// <summary>An error that <c>libfilcrypto</c> answered.</summary>
public sealed class FilCryptoException : Exception
{
    internal FilCryptoException(string function, int status, string message, IReadOnlyList<ulong> faultySectors)
        : base($"{function} answered status {status}: {message}") =>
        (Function, Status, FaultySectors) = (function, status, faultySectors);

    /// <summary>The function.</summary>
    public string Function { get; }

    /// <summary>1 unclassified, 2 the caller's, 3 the library's.</summary>
    public int Status { get; }

    /// <summary>Sectors that the library found faulty.</summary>
    public IReadOnlyList<ulong> FaultySectors { get; }
}
