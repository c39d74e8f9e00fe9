using System.Globalization;
using Crosspoint.Engine.Accounts;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Accounts;

/// <summary>The settings of a credential for binds, without its password, with the keys of <c>accounts[].smpp</c>.</summary>
internal static class SmppSettings
{
    public static ConfigMap Write(SmppCredential credential) => AccountDocument.Map(
        AccountDocument.Entry("system_id", credential.SystemId),
        AccountDocument.Entry("max_binds", credential.MaxBinds),
        AccountDocument.List("binds", NamesOf(credential.Binds).Select(AccountDocument.Scalar)),
        AccountDocument.Entry("in_flight_window", credential.InFlightWindow),
        AccountDocument.Entry("deliver_window", credential.DeliverWindow),
        AccountDocument.Entry("rate", credential.Rate.ToString("R", CultureInfo.InvariantCulture)),
        AccountDocument.List("allow_from", credential.AllowFrom.Select(static network => AccountDocument.Scalar(network.ToString()))),
        AccountDocument.Entry("message_ids", AccountDocument.NameIn(AccountConfig.IdForms, credential.MessageIds)),
        AccountDocument.Entry("default_alphabet", AccountDocument.NameIn(AlphabetConfig.Names, credential.Alphabet)),
        AccountDocument.Entry("class", AccountDocument.NameIn(AccountConfig.Classes, credential.Class)),
        PrioritiesOf(credential));

    /// <summary>The operations that a credential may bind with.</summary>
    public static IEnumerable<string> NamesOf(AllowedBinds binds) => AccountConfig.BindTypes.Where(kind => (binds & kind.Value) != 0).Select(static kind => kind.Key);

    private static ConfigEntry? PrioritiesOf(SmppCredential credential) => credential.PriorityClasses.All(static one => one is null)
        ? null
        : new(0, "priority_class", AccountDocument.Map(credential.PriorityClasses.Select(static (one, i) =>
            one is { } named ? AccountDocument.Entry(i.ToString(CultureInfo.InvariantCulture), AccountDocument.NameIn(AccountConfig.Classes, named)) : null)));
}
