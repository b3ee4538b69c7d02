namespace Filecoin.Samples.Localnet.Actors;

/// <summary>Exit codes of messages (go-state-types <c>exitcode</c>; FVM <c>shared/src/error</c>).</summary>
internal static class ExitCode
{
    /// <summary>Success.</summary>
    public const long Ok = 0;

    /// <summary>The sender is no account.</summary>
    public const long SenderInvalid = 1;

    /// <summary>The sender's nonce or balance does not allow the message.</summary>
    public const long SenderStateInvalid = 2;

    /// <summary>There is no such receiver and it cannot be made.</summary>
    public const long InvalidReceiver = 5;

    /// <summary>The balance does not cover the value sent.</summary>
    public const long InsufficientFunds = 6;

    /// <summary>The gas limit is used up.</summary>
    public const long OutOfGas = 7;

    /// <summary>Parameters that break a rule.</summary>
    public const long IllegalArgument = 16;

    /// <summary>What the parameters name does not exist.</summary>
    public const long NotFound = 17;

    /// <summary>The caller may not do this, or not now.</summary>
    public const long Forbidden = 18;

    /// <summary>The actor's funds do not cover it.</summary>
    public const long ActorInsufficientFunds = 19;

    /// <summary>The actor's state does not allow it.</summary>
    public const long IllegalState = 20;

    /// <summary>Parameters that cannot be read.</summary>
    public const long Serialization = 21;

    /// <summary>The actor has no such method.</summary>
    public const long UnhandledMessage = 22;
}

/// <summary>An actor's refusal: the message fails with this code and changes nothing but fees and the nonce.</summary>
/// <param name="code">The exit code.</param>
/// <param name="message">What was expected and what came.</param>
internal sealed class ActorException(long code, string message) : Exception(message)
{
    /// <summary>The exit code.</summary>
    public long Code { get; } = code;

    /// <summary>Parameters that break a rule.</summary>
    public static ActorException Illegal(string message) => new(ExitCode.IllegalArgument, message);
}
