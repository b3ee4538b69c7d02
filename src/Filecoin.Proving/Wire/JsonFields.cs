using System.Text;
using System.Text.Json;

namespace Filecoin.Proving.Wire;

/// <summary>The names of a struct's properties. Like serde, readers take them in any order, each exactly once, and no others.</summary>
internal sealed class JsonFields(params string[] names)
{
    private readonly byte[][] _utf8 = Array.ConvertAll(names, Encoding.UTF8.GetBytes);

    public string this[int index] => names[index];

    public int Count => names.Length;

    public int IndexOf(ref Utf8JsonReader json)
    {
        for (var i = 0; i < _utf8.Length; i++)
        {
            if (json.ValueTextEquals(_utf8[i]))
                return i;
        }

        return -1;
    }
}
