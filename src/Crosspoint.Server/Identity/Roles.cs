using System.Collections.Frozen;

namespace Crosspoint.Server.Identity;

/// <summary>What a user is.</summary>
internal enum Role
{
    Owner,
    Operator,
    Compliance,
    Finance,
    ReadOnly,
    Customer,
}

/// <summary>Who may do what: the one table. docs/console.md holds the same rows, and a test compares them.</summary>
internal static class Roles
{
    private static readonly Permission[] OfOperators =
    [
        Permission.ReadTraffic, Permission.SeeContent, Permission.ManageTraffic, Permission.ReadOperation, Permission.ManageOperation, Permission.ReadReports,
        Permission.ReadRouting, Permission.ManageRouting, Permission.ReadRates, Permission.ManageRates, Permission.ReadAudit,
        Permission.ReadAccounts, Permission.ManageAccounts,
    ];

    private static readonly Permission[] OfReaders =
    [
        Permission.ReadTraffic, Permission.ReadOperation, Permission.ReadReports, Permission.ReadRouting, Permission.ReadRates, Permission.ReadAudit,
        Permission.ReadAccounts,
    ];

    private static readonly FrozenDictionary<Role, Permission[]> Table = new Dictionary<Role, Permission[]>
    {
        [Role.Owner] = [.. OfOperators, Permission.ReadUsers, Permission.ManageUsers],
        [Role.Operator] = OfOperators,
        [Role.Compliance] = [.. OfReaders, Permission.SeeContent, Permission.ReadUsers],
        [Role.Finance] = [Permission.ReadTraffic, Permission.ReadReports, Permission.ReadRates, Permission.ReadAccounts],
        [Role.ReadOnly] = OfReaders,
        [Role.Customer] = [Permission.ReadAccount, Permission.ChangeAccount],
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Role> ByName = Enum.GetValues<Role>().ToFrozenDictionary(NameOf);

    public static IReadOnlyList<Permission> PermissionsOf(Role role) => Table[role];

    public static bool May(Role role, Permission permission) => Table[role].Contains(permission);

    /// <summary>Whether it is for those who run the gateway, rather than for an account.</summary>
    public static bool IsOfStaff(Permission permission) => permission < Permission.ReadAccount;

    /// <summary>Names of the roles that may do one of these things, in the order of the table.</summary>
    public static IEnumerable<string> Which(IReadOnlyList<Permission> anyOf) =>
        Enum.GetValues<Role>().Where(role => anyOf.Any(permission => May(role, permission))).Select(NameOf);

    /// <summary>The role of a name that is known to be one.</summary>
    public static Role Parse(string name) => ByName[name];

    public static bool TryParse(string? name, out Role role)
    {
        role = default;
        return name is not null && ByName.TryGetValue(name, out role);
    }

    public static string NameOf(Role role) => SnakeCase(role.ToString());

    public static string NameOf(Permission permission) => SnakeCase(permission.ToString());

    public static IEnumerable<string> Names => Enum.GetValues<Role>().Select(NameOf);

    private static string SnakeCase(string name) =>
        string.Concat(name.Select(static (c, i) => char.IsAsciiLetterUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
