namespace Filecoin.Conformance.Tests.Circuits;

/// <summary>Arrays with one element changed.</summary>
internal static class ArrayChange
{
    /// <summary>A copy with another element at an index.</summary>
    public static T[] With<T>(this T[] array, int index, T element)
    {
        T[] copy = [.. array];
        copy[index] = element;
        return copy;
    }
}
