using System.Text;

namespace Crosspoint.Simulator.Configuration;

/// <summary>Names of enum values as configurations spell them: DeliverSm is deliver_sm.</summary>
internal static class EnumNames<T>
    where T : struct, Enum
{
    private static readonly T[] Values = Enum.GetValues<T>();
    private static readonly string[] Names = Array.ConvertAll(Values, static value => Snake(value.ToString()));

    public static string All { get; } = string.Join(", ", Names);

    public static string Of(T value) => Names[Array.IndexOf(Values, value)];

    public static bool TryParse(string name, out T value)
    {
        int index = Array.IndexOf(Names, name);
        value = index < 0 ? default : Values[index];
        return index >= 0;
    }

    private static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
