using System.Reflection;

namespace Filecoin.Architecture.Tests;

/// <summary>Lists an assembly's public and protected members, a line each, in a stable order.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) =>
        from type in assembly.GetExportedTypes().OrderBy(Name, StringComparer.Ordinal)
        from line in Lines(type)
        select line;

    private static IEnumerable<string> Lines(Type type)
    {
        var bases = new[] { type.BaseType }.Where(b => b is not null && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum))
            .Concat(type.GetInterfaces().Where(i => i.IsPublic && !i.Name.StartsWith("IUtf8Span", StringComparison.Ordinal)))
            .Select(b => Name(b!)).Order(StringComparer.Ordinal).ToArray();
        yield return $"{Kind(type)} {Name(type)}{(bases.Length > 0 ? " : " + string.Join(", ", bases) : "")}";
        if (typeof(Delegate).IsAssignableFrom(type)) yield break;
        var members = type.IsEnum
            ? type.GetEnumNames().Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n), null)}")
            : type.GetMembers(Declared).Select(Line).OfType<string>().Order(StringComparer.Ordinal);
        foreach (var member in members) yield return $"  {member}";
    }

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo c when Visible(c) => $".ctor({Parameters(c)})",
        MethodInfo m when Visible(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && m.Name[0] != '<' =>
            $"{Static(m)}{m.Name}{Generic(m)}({Parameters(m)}) : {Name(m.ReturnType)}",
        PropertyInfo p when p.GetAccessors(true).Any(Visible) =>
            $"{Static(p.GetAccessors(true)[0])}{p.Name}{Index(p)} {{{Accessor(p.GetMethod, " get;")}{Accessor(p.SetMethod, IsInit(p) ? " init;" : " set;")} }} : {Name(p.PropertyType)}",
        FieldInfo { IsSpecialName: false } f when f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly =>
            $"{(f.IsStatic ? "static " : "")}{f.Name} : {Name(f.FieldType)}{(f.IsLiteral ? $" = {f.GetRawConstantValue()}" : "")}",
        EventInfo e when Visible(e.AddMethod!) => $"event {e.Name} : {Name(e.EventHandlerType!)}",
        _ => null,
    };

    private static bool Visible(MethodBase m) => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly;

    private static string Static(MethodInfo m) => m.IsStatic ? "static " : "";

    private static string Accessor(MethodInfo? m, string text) => m is not null && Visible(m) ? text : "";

    private static bool IsInit(PropertyInfo p) =>
        p.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Any(t => t.Name == "IsExternalInit") == true;

    private static string Index(PropertyInfo p) =>
        p.GetIndexParameters() is { Length: > 0 } i ? $"[{string.Join(", ", i.Select(x => Name(x.ParameterType)))}]" : "";

    private static string Generic(MethodInfo m) =>
        m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase m) => string.Join(", ", m.GetParameters().Select(p =>
        $"{(p.IsOut ? "out " : p.ParameterType.IsByRef ? p.IsIn ? "in " : "ref " : "")}{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.RawDefaultValue ?? "default"}" : "")}"));

    private static string Kind(Type t) =>
        t.IsEnum ? "enum" : t.IsInterface ? "interface" : t.IsValueType ? "struct"
        : typeof(Delegate).IsAssignableFrom(t) ? "delegate"
        : t is { IsAbstract: true, IsSealed: true } ? "static class" : t.IsAbstract ? "abstract class" : t.IsSealed ? "sealed class" : "class";

    private static string Name(Type t)
    {
        if (t.IsByRef) return Name(t.GetElementType()!);
        if (t.IsArray) return Name(t.GetElementType()!) + "[]";
        if (t.IsPointer) return Name(t.GetElementType()!) + "*";
        if (t.IsGenericParameter) return t.Name;
        var name = (t.IsNested ? Name(t.DeclaringType!) + "." : t.Namespace?.StartsWith("Filecoin", StringComparison.Ordinal) == true ? t.Namespace + "." : "")
            + t.Name.Split('`')[0];
        return t.IsGenericType ? $"{name}<{string.Join(", ", t.GetGenericArguments().Select(Name))}>" : name;
    }
}
