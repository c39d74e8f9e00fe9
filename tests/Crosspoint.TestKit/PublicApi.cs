using System.Reflection;

namespace Crosspoint.TestKit;

/// <summary>Writes a library's public API as text, so that a change of it is seen in review.</summary>
public static class PublicApi
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>A line for each exported type and each of its own public members, in order.</summary>
    public static string Describe(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            lines.Add($"{KindOf(type)} {type.FullName}");
            lines.AddRange(type.IsEnum
                ? Enum.GetValues(type).Cast<object>().Select(value => $"  {value} = {Convert.ToInt64(value, null)}")
                : MembersOf(type));
        }

        return string.Join('\n', lines) + "\n";
    }

    private static IEnumerable<string> MembersOf(Type type) => type.GetMembers(Own)
        .Where(member => member is not MethodBase { IsSpecialName: true } || member is ConstructorInfo)
        .Where(member => !member.Name.Contains('<', StringComparison.Ordinal))
        .Select(member => "  " + Signature(member))
        .Order(StringComparer.Ordinal);

    private static string Signature(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } field => $"const {NameOf(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}",
        FieldInfo field => $"{NameOf(field.FieldType)} {field.Name}",
        PropertyInfo property => $"{NameOf(property.PropertyType)} {property.Name} {{{Accessors(property)} }}",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{NameOf(method.ReturnType)} {method.Name}({Parameters(method)})",
        _ => member.ToString()!,
    };

    private static string Accessors(PropertyInfo property) =>
        (property.CanRead ? " get;" : "") + (property.SetMethod is { IsPublic: true } ? " set;" : "");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : "")}{NameOf(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? "?" : "")}"));

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
            return NameOf(type.GetElementType()!);
        if (!type.IsGenericType)
            return type.Name;
        var name = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsInterface: true } => "interface",
        _ => "class",
    };
}
