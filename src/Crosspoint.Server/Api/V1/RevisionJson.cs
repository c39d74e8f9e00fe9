using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;
using Crosspoint.Engine.Stores;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>Revisions, and what is said of prices, as JSON.</summary>
internal static class RevisionJson
{
    public static void Write(Utf8JsonWriter writer, Revision revision)
    {
        writer.WriteStartObject();
        writer.WriteNumber("revision"u8, revision.Number);
        writer.WriteString("state"u8, NameOf(revision.State));
        writer.WriteString("by"u8, revision.By);
        WriteMoment(writer, "at"u8, revision.At);
        writer.WriteString("note"u8, revision.Note);
        writer.WriteNumber("parent"u8, revision.Parent);
        WriteMoment(writer, "valid_from"u8, revision.ValidFrom);
        WriteMoment(writer, "activated_at"u8, revision.ActivatedAt);
        if (revision.ActivatedBy.Length > 0) writer.WriteString("activated_by"u8, revision.ActivatedBy);
        else writer.WriteNull("activated_by"u8);
        writer.WriteNumber("octets"u8, revision.Bytes);
        writer.WriteEndObject();
    }

    /// <summary>The fields that say what holds and will hold.</summary>
    public static void WriteHead(Utf8JsonWriter writer, RevisionHead head)
    {
        writer.WriteNumber("last_activated"u8, head.LastActivated);
        writer.WritePropertyName("in_force"u8);
        if (head.InForce is { } revision) Write(writer, revision);
        else writer.WriteNullValue();
        writer.WriteStartArray("scheduled"u8);
        foreach (Revision scheduled in head.Scheduled) Write(writer, scheduled);
        writer.WriteEndArray();
    }

    /// <summary>The number of a revision in the path; a problem is answered when it is none.</summary>
    public static bool TryReadNumber(HttpContext context, out long number)
    {
        if (long.TryParse((string)context.Request.RouteValues["revision"]!, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0) return true;
        new Problem(ProblemKind.NotFound, "Expected the number of a revision in the path.").Send(context);
        return false;
    }

    /// <summary>Answers a page of revisions, the newest first.</summary>
    public static void SendPage(HttpContext context, IReadOnlyList<Revision> revisions, int limit)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("revisions"u8);
        foreach (Revision revision in revisions) Write(answer.Writer, revision);
        answer.Writer.WriteEndArray();
        if (revisions.Count == limit) answer.Writer.WriteNumber("next_before"u8, revisions[^1].Number);
        else answer.Writer.WriteNull("next_before"u8);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    /// <summary>Answers a change: the revision as it is now, or why it was refused.</summary>
    public static void SendChange(HttpContext context, in RevisionChange change, int status = StatusCodes.Status200OK)
    {
        ProblemKind? kind = change.Outcome switch
        {
            RevisionOutcome.NotFound => ProblemKind.NotFound,
            RevisionOutcome.Conflict => ProblemKind.RevisionConflict,
            RevisionOutcome.WrongState => ProblemKind.RevisionState,
            RevisionOutcome.Unavailable => ProblemKind.StoreUnavailable,
            RevisionOutcome.Unknown => ProblemKind.OutcomeUnknown,
            _ => null,
        };
        if (kind is not null)
        {
            new Problem(kind, change.Detail).Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        Write(answer.Writer, change.Revision!);
        answer.Send(context, status);
    }

    public static void Write(Utf8JsonWriter writer, AuditEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id"u8, entry.Id);
        WriteMoment(writer, "at"u8, entry.At);
        writer.WriteString("by"u8, entry.By);
        writer.WriteString("action"u8, entry.Action);
        writer.WriteString("kind"u8, entry.Resource.Kind);
        writer.WriteString("name"u8, entry.Resource.Name);
        writer.WriteNumber("from_revision"u8, entry.From);
        writer.WriteNumber("to_revision"u8, entry.To);
        WriteMoment(writer, "valid_from"u8, entry.ValidFrom);
        writer.WriteString("note"u8, entry.Note);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, RateRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("destination"u8, row.Key.ToString());
        writer.WriteString("by"u8, NameOf(row.Key.Kind));
        writer.WriteString("price"u8, Price.Format(row.Nanos));
        writer.WriteString("currency"u8, row.Currency);
        WriteMoment(writer, "from"u8, row.Period.FromInstant);
        WriteMoment(writer, "until"u8, row.Period.UntilInstant);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, RateDeckDiff diff, long before, string baseCurrency)
    {
        writer.WriteStartObject();
        writer.WriteNumber("against"u8, before);
        WriteMoment(writer, "at"u8, diff.Moment);
        writer.WriteString("base_currency"u8, baseCurrency);
        writer.WriteNumber("dearer"u8, diff.Dearer);
        writer.WriteNumber("cheaper"u8, diff.Cheaper);
        writer.WriteNumber("new"u8, diff.New);
        writer.WriteNumber("gone"u8, diff.Gone);
        writer.WriteNumber("unchanged"u8, diff.Unchanged);
        writer.WriteNumber("not_comparable"u8, diff.NotComparable);
        writer.WriteNumber("mean_rise_percent"u8, Math.Round(diff.MeanRisePercent, 2));
        writer.WriteNumber("mean_fall_percent"u8, Math.Round(diff.MeanFallPercent, 2));
        WriteChanges(writer, "largest_rises"u8, diff.LargestRises);
        WriteChanges(writer, "largest_falls"u8, diff.LargestFalls);
        WriteChanges(writer, "first_new"u8, diff.FirstNew);
        WriteChanges(writer, "first_gone"u8, diff.FirstGone);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, PriceBreakdown price)
    {
        writer.WriteStartObject();
        writer.WriteNumber("revision"u8, price.Revision);
        writer.WritePropertyName("row"u8);
        Write(writer, price.Row);
        writer.WriteString("conversion"u8, Price.FormatRate(price.Rate));
        writer.WriteString("price"u8, Price.FormatMicros(price.Micros));
        writer.WriteStartArray("fees"u8);
        foreach (PricedFee fee in price.Fees)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, fee.Name);
            writer.WriteString("amount"u8, Price.Format(fee.Nanos));
            writer.WriteString("currency"u8, fee.Currency);
            writer.WriteString("conversion"u8, Price.FormatRate(fee.Rate));
            writer.WriteString("price"u8, Price.FormatMicros(fee.Micros));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("total"u8, Price.FormatMicros(price.TotalMicros));
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, BadRow row)
    {
        writer.WriteStartObject();
        writer.WriteNumber("line"u8, row.Line);
        writer.WriteString("column"u8, row.Column);
        writer.WriteString("value"u8, row.Value);
        writer.WriteString("expected"u8, row.Expected);
        writer.WriteEndObject();
    }

    public static string NameOf(RevisionState state) => state switch
    {
        RevisionState.Draft => "draft",
        RevisionState.Active => "active",
        _ => "retired",
    };

    public static void WriteMoment(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? moment) =>
        writer.WriteMicros(name, moment is { } given ? Micros.From(given) : 0);

    private static void WriteChanges(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<RateChange> changes)
    {
        writer.WriteStartArray(name);
        foreach (RateChange change in changes)
        {
            writer.WriteStartObject();
            writer.WriteString("destination"u8, change.Key.ToString());
            WriteAmount(writer, "before"u8, "before_currency"u8, change.Before);
            WriteAmount(writer, "after"u8, "after_currency"u8, change.After);
            writer.WriteString("change"u8, Price.FormatMicros(change.ChangeMicros));
            if (change.Percent is { } percent) writer.WriteNumber("percent"u8, percent);
            else writer.WriteNull("percent"u8);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteAmount(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> currencyName, RateRow? row)
    {
        if (row is { } given)
        {
            writer.WriteString(name, Price.Format(given.Nanos));
            writer.WriteString(currencyName, given.Currency);
        }
        else
        {
            writer.WriteNull(name);
            writer.WriteNull(currencyName);
        }
    }

    private static string NameOf(RateKeyKind kind) => kind switch
    {
        RateKeyKind.Network => "network",
        RateKeyKind.Prefix => "prefix",
        _ => "country",
    };
}
