using System.Text;
using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Rehearsals;

/// <summary>Reads plans to be rehearsed: drafts of the store, and texts with the keys of <c>routing</c> in the configuration file, as JSON or YAML.</summary>
internal sealed class PlanText(IRevisionStore store, IRoutingControl routing, IConnectionControl connections, AccountDirectory accounts)
{
    /// <summary>Longest text: some ten thousand rules.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>What the plan is among the resources with revisions.</summary>
    public static ResourceName Resource { get; } = new("routing", "plan");

    /// <summary>A revision of the store; null when there is none of that number, or beside errors.</summary>
    public async Task<RoutingPlan?> ReadAsync(long revision, ConfigErrors errors, CancellationToken cancellationToken)
    {
        byte[]? text = await store.ReadAsync(Resource, revision, cancellationToken).ConfigureAwait(false);
        return text is null ? null : Read(text, errors);
    }

    /// <summary>A plan as it is written; null beside errors.</summary>
    public RoutingPlan? Read(byte[] text, ConfigErrors errors)
    {
        string decoded;
        try
        {
            decoded = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);
        }
        catch (DecoderFallbackException)
        {
            errors.Add(1, "", "is not valid UTF-8");
            return null;
        }

        ConfigNode? root = ConfigDocument.Read(decoded, errors.File, errors.Errors);
        if (root is not ConfigMap map)
        {
            if (errors.Errors.Count == 0) errors.Add(root?.Line ?? 1, "", $"is {root?.Kind ?? "nothing"}; expected a group of keys, those of 'routing'");
            return null;
        }

        RoutingSnapshot now = routing.Snapshot;
        var engine = new EngineOptions
        {
            Accounts = accounts.Accounts,
            Connections = connections.ConnectionOptions(),
            Routing = now.Plan,
            RoutingSources = now.Sources,
        };
        RoutingPlan plan = RoutingConfig.Read(new ConfigSection(errors, "", map), engine, Environment.CurrentDirectory);
        return errors.Errors.Count == 0 ? plan : null;
    }
}
