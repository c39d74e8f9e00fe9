using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.SmppListener;

namespace Crosspoint.Server.Api.V1;

/// <summary>Accounts and what opens them, as JSON: never a secret, but where one was just made.</summary>
internal static class AccountJson
{
    /// <summary>The fields of an account, without the object around them.</summary>
    public static void WriteFields(Utf8JsonWriter writer, HeldAccount held, TrafficStatus traffic, IReadOnlyList<LimitInForce> limits)
    {
        Account account = held.Account;
        writer.WriteString("account_sid"u8, account.Sid);
        writer.WriteString("name"u8, account.Name);
        writer.WriteString("source"u8, SourceOf(held.IsOfFile));
        writer.WriteBoolean("enabled"u8, account.IsEnabled);
        writer.WriteString("state"u8, TrafficEndpoints.NameOf(traffic.State));
        writer.WriteNumber("held"u8, traffic.Held);
        writer.WriteBoolean("canceling"u8, traffic.IsCanceling);
        writer.WriteNumber("canceled"u8, traffic.Canceled);
        writer.WriteString("senders"u8, AccountDocument.NameIn(AccountConfig.SenderPolicies, account.Senders));
        writer.WriteNumber("weight"u8, account.Weight);
        writer.WritePropertyName("limits"u8);
        LimitJson.Write(writer, account.Limits);
        writer.WriteStartArray("limits_in_force"u8);
        foreach (LimitInForce limit in limits) LimitJson.Write(writer, limit);
        writer.WriteEndArray();
        writer.WriteStartArray("numbers"u8);
        foreach (OwnedNumber number in account.Numbers) Write(writer, number);
        writer.WriteEndArray();
        writer.WriteStartArray("webhook_endpoints"u8);
        foreach (WebhookEndpointSettings endpoint in account.WebhookEndpoints) Write(writer, endpoint);
        writer.WriteEndArray();
        writer.WriteBoolean("webhook_secret_previous"u8, account.WebhookSecretPrevious is not null);
        writer.WriteNumber("keys"u8, account.ApiKeys.Count + account.HashedKeys.Count);
        writer.WriteNumber("smpp_credentials"u8, account.Smpp.Count);
        writer.WriteNumber("last_activated"u8, held.LastActivated);
        writer.WritePropertyName("in_force"u8);
        if (held.InForce is { } revision) RevisionJson.Write(writer, revision);
        else writer.WriteNullValue();
    }

    public static void Write(Utf8JsonWriter writer, KeyRecord key, long lastUsed)
    {
        writer.WriteStartObject();
        writer.WriteString("sid"u8, key.Sid);
        writer.WriteString("name"u8, key.Name);
        writer.WriteString("source"u8, SourceOf(isFile: false));
        writer.WriteString("prefix"u8, ApiKeySecrets.Prefix);
        writer.WriteString("ending"u8, key.Ending);
        writer.WriteString("created_by"u8, key.By);
        RevisionJson.WriteMoment(writer, "created_at"u8, key.At);
        writer.WriteMicros("last_used_at"u8, lastUsed);
        writer.WriteEndObject();
    }

    /// <summary>A key of the configuration file. Nothing of its secret is shown: it may be short.</summary>
    public static void Write(Utf8JsonWriter writer, ApiKey key, long lastUsed)
    {
        writer.WriteStartObject();
        writer.WriteString("sid"u8, key.Sid);
        writer.WriteString("name"u8, ""u8);
        writer.WriteString("source"u8, SourceOf(isFile: true));
        writer.WriteNull("prefix"u8);
        writer.WriteNull("ending"u8);
        writer.WriteNull("created_by"u8);
        writer.WriteNull("created_at"u8);
        writer.WriteMicros("last_used_at"u8, lastUsed);
        writer.WriteEndObject();
    }

    /// <param name="record">Null for credentials of the configuration file.</param>
    public static void Write(Utf8JsonWriter writer, SmppCredential credential, SmppRecord? record, IReadOnlyList<CustomerBind> binds)
    {
        writer.WriteStartObject();
        writer.WriteString("system_id"u8, credential.SystemId);
        writer.WriteString("source"u8, SourceOf(record is null));
        writer.WriteNumber("max_binds"u8, credential.MaxBinds);
        writer.WriteStartArray("binds"u8);
        foreach (string kind in SmppSettings.NamesOf(credential.Binds)) writer.WriteStringValue(kind);
        writer.WriteEndArray();
        writer.WriteNumber("in_flight_window"u8, credential.InFlightWindow);
        writer.WriteNumber("deliver_window"u8, credential.DeliverWindow);
        writer.WriteNumber("rate"u8, credential.Rate);
        writer.WriteStartArray("allow_from"u8);
        foreach (System.Net.IPNetwork network in credential.AllowFrom) writer.WriteStringValue(network.ToString());
        writer.WriteEndArray();
        writer.WriteString("message_ids"u8, AccountDocument.NameIn(AccountConfig.IdForms, credential.MessageIds));
        writer.WriteString("default_alphabet"u8, AccountDocument.NameIn(AlphabetConfig.Names, credential.Alphabet));
        writer.WriteString("class"u8, AccountDocument.NameIn(AccountConfig.Classes, credential.Class));
        writer.WriteStartObject("priority_class"u8);
        for (int i = 0; i < credential.PriorityClasses.Count; i++)
        {
            if (credential.PriorityClasses[i] is { } named)
                writer.WriteString(i.ToString(System.Globalization.CultureInfo.InvariantCulture), AccountDocument.NameIn(AccountConfig.Classes, named));
        }

        writer.WriteEndObject();
        writer.WriteString("created_by"u8, record?.By);
        RevisionJson.WriteMoment(writer, "created_at"u8, record?.At);
        writer.WriteStartArray("bound"u8);
        foreach (CustomerBind bind in binds)
        {
            writer.WriteStartObject();
            writer.WriteString("address"u8, bind.Address);
            writer.WriteString("kind"u8, bind.Kind);
            RevisionJson.WriteMoment(writer, "bound_at"u8, bind.BoundAt);
            writer.WriteNumber("unanswered"u8, bind.Unanswered);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, OwnedNumber number)
    {
        writer.WriteStartObject();
        writer.WriteString("number"u8, number.Number);
        writer.WriteString("inbound_url"u8, number.InboundUrl);
        writer.WriteString("inbound_format"u8, AccountDocument.NameIn(AccountConfig.Forms, number.Form));
        writer.WriteString("smpp"u8, number.SystemId);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WebhookEndpointSettings endpoint)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, endpoint.Url);
        writer.WriteBoolean("enabled"u8, endpoint.IsEnabled);
        EndpointJson.WriteLimits(writer, endpoint);
        writer.WriteEndObject();
    }

    private static ReadOnlySpan<byte> SourceOf(bool isFile) => isFile ? "file"u8 : "store"u8;
}
