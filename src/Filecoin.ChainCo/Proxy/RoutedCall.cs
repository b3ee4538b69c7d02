namespace Filecoin.ChainCo.Proxy;

/// <summary>A call with its line of the routing table.</summary>
/// <param name="Method">The method's name as the client wrote it.</param>
/// <param name="Rule">The method's rule; null when the name is not in the table.</param>
/// <param name="Params">The parameters, a JSON array.</param>
internal readonly record struct RoutedCall(string Method, MethodRule? Rule, ReadOnlyMemory<byte> Params);
