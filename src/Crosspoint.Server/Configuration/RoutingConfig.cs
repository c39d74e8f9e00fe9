using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>routing</c>.</summary>
internal static class RoutingConfig
{
    public static RoutingPlan Read(ConfigSection? section, IReadOnlyList<ConnectionOptions> connections)
    {
        if (section is null) return new(1, []);
        List<ConfigItem>? items = section.Items("default", "names of connections", required: true);
        var unique = new UniqueNames(section.Errors, "route");
        var names = new List<string>();
        foreach (ConfigItem item in items ?? [])
        {
            unique.Add(item.Text, item.Line, item.Path);
            if (Find(connections, item.Text) is not { } connection)
            {
                string? nearest = Spelling.Nearest(item.Text, connections.Select(static c => c.Name));
                string hint = nearest is not null
                    ? $"did you mean '{nearest}'?"
                    : $"expected one of: {string.Join(", ", connections.Select(static c => c.Name))}";
                section.Errors.Add(item.Line, item.Path, $"is '{item.Text}', which is no connection; {hint}");
            }
            else if (connection.Smpp.Bind == SmppBindType.Receiver)
            {
                section.Errors.Add(item.Line, item.Path, $"is '{item.Text}', which binds as receiver and cannot send");
            }

            names.Add(item.Text);
        }

        if (items is { Count: 0 }) section.Fail("default", "is empty; expected at least one connection");
        section.Close();
        return new(1, names);
    }

    private static ConnectionOptions? Find(IReadOnlyList<ConnectionOptions> connections, string name)
    {
        foreach (ConnectionOptions connection in connections)
        {
            if (connection.Name == name) return connection;
        }

        return null;
    }
}
