using System.Text.Json;

namespace Filecoin.ChainCo.Tests.Chain;

internal static class JsonElementExtensions
{
    public static byte[] GetBytesFromHex(this JsonElement element) => Convert.FromHexString(element.GetString()!);
}
