using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>capabilities</c> of a connection.</summary>
internal static class CapabilityConfig
{
    private const double MostCapacity = 1_000_000;

    /// <param name="smpp">What receipts are asked for says whether there will be any, where nothing else is said.</param>
    public static ConnectionCapabilities Read(ConfigSection? section, SmppConnectionOptions? smpp)
    {
        bool hasReceipts = smpp is null || smpp.Submit.Receipts is ReceiptsAsked.Both or ReceiptsAsked.Success;
        ConnectionCapabilities defaults = hasReceipts ? ConnectionCapabilities.Default : ConnectionCapabilities.Default with { Receipts = false };
        if (section is null) return defaults;
        var kinds = new List<SenderKind>();
        foreach (ConfigItem item in section.ItemOrItems("sender_types", "types of sender"))
        {
            if (LimitConfig.SenderKinds.GetValueOrDefault(item.Text) is { } kind) kinds.Add(kind);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of: {string.Join(", ", LimitConfig.SenderKinds.Keys)}");
        }

        var countries = new List<string>();
        foreach (ConfigItem item in section.ItemOrItems("licensed", "countries"))
        {
            if (LimitConfig.CountryForm().IsMatch(item.Text)) countries.Add(item.Text);
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected an ISO 3166-1 code of two capitals, such as US");
        }

        ConnectionCapabilities capabilities = defaults with
        {
            Receipts = section.Bool("receipts", defaults.Receipts),
            Direct = section.Bool("direct", defaults.Direct),
            Licensed = countries,
            SenderTypes = section.Has("sender_types") ? kinds : null,
            Capacity = section.Number("capacity", defaults.Capacity, 0, MostCapacity),
            IsTest = section.Bool("test", defaults.IsTest),
        };
        if (capabilities.SenderTypes is { Count: 0 } && section.Errors.Errors.Count == 0)
            section.Fail("sender_types", "is empty; expected at least one type of sender, or leave the key out");
        section.Close();
        return capabilities;
    }
}
