using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.TwilioCompat;

/// <summary>The Twilio-shaped API under <c>/2010-04-01</c> (docs/api/twilio.md).</summary>
internal sealed class TwilioEndpoints(ApiBackend backend)
{
    public const string Root = "/2010-04-01";

    private const string FormType = "application/x-www-form-urlencoded";
    private const string Messages = Root + "/Accounts/{account}/Messages";
    private const string Suffix = ".json";

    // None of them can change a list that is always empty.
    private static readonly string[] MediaParameters =
        ["DateCreated", "DateCreated<", "DateCreated>", "PageSize", "Page", "PageToken"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Messages + Suffix, CreateAsync).NeedsNothing().IsForAccountsAlone();
        routes.MapGet(Messages + Suffix, ListAsync).NeedsNothing();
        routes.MapGet(Messages + "/{message}", FetchAsync).NeedsNothing();
        routes.MapPost(Messages + "/{message}", UpdateAsync).NeedsNothing().IsForAccountsAlone();
        routes.MapDelete(Messages + "/{message}", DeleteAsync).NeedsNothing().IsForAccountsAlone();
        routes.MapPost(Messages + "/{id}/Feedback.json", GiveFeedbackAsync).NeedsNothing().IsForAccountsAlone();
        routes.MapGet(Messages + "/{id}/Media.json", ListMediaAsync).NeedsNothing();
    }

    private async Task CreateAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account)) return;
        SendRequest? request = null;
        TwilioError? error;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
        {
            string? trace = TraceParents.Read(context.Request);
            error = CheckForm(context.Request, body) ?? CreateParameters.Read(body.Span, account, trace, out request);
        }

        if (error is { } wrong)
        {
            wrong.Send(context);
            return;
        }

        IntakeResult result = await backend.Intake.SendAsync(request!, idempotency: null, context.RequestAborted).ConfigureAwait(false);
        if (result.Head is null)
        {
            TwilioError.From(result).Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        TwilioMessageJson.WriteAccepted(answer.Writer, result.Head);
        answer.Send(context, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account)) return;
        if (ListParameters.Read(context.Request.Query, out ListParameters parameters) is { } error)
        {
            error.Send(context);
            return;
        }

        var list = new MessageList(backend.Messages);
        await list.ReadAsync(account.Sid, parameters, context.RequestAborted).ConfigureAwait(false);
        JsonAnswer answer = JsonAnswer.Rent();
        list.Write(answer.Writer, account.Sid, parameters);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task FetchAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account) || !TakesQuery(context, [])) return;
        Message? message = TryGetId(context, "message", Suffix, out MessageId id)
            ? await backend.Messages.FindAsync(id, context.RequestAborted).ConfigureAwait(false)
            : null;

        // A message of another account is as absent as one that never was.
        if (message is null || message.Head.AccountSid != account.Sid) TwilioError.NotFound(context.Request).Send(context);
        else Answer(context, message);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account)) return;
        string? status = null;
        string? text = null;
        TwilioError? error;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
        {
            error = CheckForm(context.Request, body) ?? ReadUpdate(body.Span, out status, out text);
        }

        if (error is { } wrong)
        {
            wrong.Send(context);
            return;
        }

        ChangeResult result = new(ChangeOutcome.NotFound, null);
        bool cancels = status is not null;
        if (TryGetId(context, "message", Suffix, out MessageId id))
        {
            result = cancels
                ? await backend.Intake.CancelAsync(account, id, context.RequestAborted).ConfigureAwait(false)
                : await backend.Intake.RedactAsync(account, id, context.RequestAborted).ConfigureAwait(false);
        }

        if (!TryRefuse(context, result, cancels ? ErrorCodes.NotCancelable : ErrorCodes.NotComplete)) Answer(context, result.Message!);
    }

    // Body="" removes the text, Status=canceled withdraws the message; one of them must be there, and nothing else.
    private static TwilioError? ReadUpdate(ReadOnlySpan<byte> form, out string? status, out string? text)
    {
        status = text = null;
        var reader = new FormReader(form);
        while (reader.Read())
        {
            if (reader.NameIs("Status"u8) && status is null) status = reader.Value ?? "?";
            else if (reader.NameIs("Body"u8) && text is null) text = reader.Value ?? "?";
            else return TwilioError.Parameter($"Parameter '{reader.Name}' is unknown or given twice; expected Body or Status");
        }

        if (status is not (null or "canceled")) return TwilioError.Parameter("Parameter 'Status' must be 'canceled'");
        if (text is { Length: > 0 }) return TwilioError.Parameter("Parameter 'Body' must be empty: a message's text can only be removed");
        if (status is null == text is null) return TwilioError.Parameter("Expected either Body or Status");
        return null;
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account) || !TakesQuery(context, [])) return;
        ChangeResult result = TryGetId(context, "message", Suffix, out MessageId id)
            ? await backend.Intake.DeleteAsync(account, id, context.RequestAborted).ConfigureAwait(false)
            : new(ChangeOutcome.NotFound, null);
        if (!TryRefuse(context, result, ErrorCodes.NotComplete)) context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task GiveFeedbackAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account)) return;
        string? outcome = null;
        TwilioError? error;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
        {
            error = CheckForm(context.Request, body) ?? ReadFeedback(body.Span, out outcome);
        }

        if (error is { } wrong)
        {
            wrong.Send(context);
            return;
        }

        ChangeResult result = TryGetId(context, "id", "", out MessageId id)
            ? await backend.Intake.RecordFeedbackAsync(account, id, outcome == "confirmed", context.RequestAborted).ConfigureAwait(false)
            : new(ChangeOutcome.NotFound, null);
        if (result.Outcome == ChangeOutcome.WrongState)
        {
            TwilioError.Parameter("The message was not created with ProvideFeedback=true").Send(context);
            return;
        }

        if (TryRefuse(context, result, ErrorCodes.InvalidParameter)) return;
        WriteFeedback(context, result.Message!, outcome!);
    }

    private static TwilioError? ReadFeedback(ReadOnlySpan<byte> form, out string? outcome)
    {
        outcome = null;
        var reader = new FormReader(form);
        while (reader.Read())
        {
            if (!reader.NameIs("Outcome"u8) || outcome is not null)
                return TwilioError.Parameter($"Parameter '{reader.Name}' is unknown or given twice; expected Outcome");
            outcome = reader.Value ?? "?";
        }

        return outcome is "confirmed" or "unconfirmed"
            ? null
            : TwilioError.Parameter("Parameter 'Outcome' must be 'confirmed' or 'unconfirmed'");
    }

    private static void WriteFeedback(HttpContext context, Message message, string outcome)
    {
        string sid = message.Id.ToString();
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("account_sid"u8, message.Head.AccountSid);
        answer.Writer.WriteString("message_sid"u8, sid);
        answer.Writer.WriteString("outcome"u8, outcome);
        TwilioMessageJson.WriteDate(answer.Writer, "date_created"u8, message.UpdatedAt);
        TwilioMessageJson.WriteDate(answer.Writer, "date_updated"u8, message.UpdatedAt);
        answer.Writer.WriteString("uri"u8, TwilioMessageJson.UriOf(message.Head.AccountSid, $"Messages/{sid}/Feedback.json"));
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status201Created);
    }

    // Every message names this list among its resources; messages with media are refused, so it is always empty.
    private async Task ListMediaAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account) || !TakesQuery(context, MediaParameters)) return;
        Message? message = TryGetId(context, "id", "", out MessageId id)
            ? await backend.Messages.FindAsync(id, context.RequestAborted).ConfigureAwait(false)
            : null;
        if (message is null || message.Head.AccountSid != account.Sid)
        {
            TwilioError.NotFound(context.Request).Send(context);
            return;
        }

        string uri = $"{TwilioMessageJson.UriOf(account.Sid, $"Messages/{message.Id}/Media.json")}?PageSize=50&Page=0";
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("media_list"u8);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteString("first_page_uri"u8, uri);
        answer.Writer.WriteNull("next_page_uri"u8);
        answer.Writer.WriteNull("previous_page_uri"u8);
        answer.Writer.WriteNumber("page"u8, 0);
        answer.Writer.WriteNumber("page_size"u8, 50);
        answer.Writer.WriteNumber("start"u8, 0);
        answer.Writer.WriteNumber("end"u8, 0);
        answer.Writer.WriteString("uri"u8, uri);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    /// <summary>Who asks; false when that was answered with an error. An account sees itself alone: any other SID is not found.</summary>
    private bool TryBegin(HttpContext context, out Account account)
    {
        account = Credentials.Basic(context.Request, backend.Accounts)!;
        if (account is null)
        {
            TwilioError.Unauthorized.Send(context);
            return false;
        }

        if (account.Sid == (string?)context.Request.RouteValues["account"]) return true;
        TwilioError.NotFound(context.Request).Send(context);
        return false;
    }

    /// <summary>False when the query holds a parameter that is not known, and that was answered with an error.</summary>
    private static bool TakesQuery(HttpContext context, ReadOnlySpan<string> known)
    {
        if (!context.Request.QueryString.HasValue) return true;
        foreach ((string name, _) in context.Request.Query)
        {
            if (known.Contains(name)) continue;
            TwilioError.Parameter($"Unknown parameter '{(name.Length > 64 ? name[..64] : name)}'").Send(context);
            return false;
        }

        return true;
    }

    private static TwilioError? CheckForm(HttpRequest request, in RequestBody body)
    {
        if (request.QueryString.HasValue) return TwilioError.Parameter("Parameters belong into the body, not into the query");
        return body.Span.IsEmpty || ContentTypes.Is(request, FormType)
            ? null
            : TwilioError.ForStatus(StatusCodes.Status415UnsupportedMediaType, request);
    }

    private static bool TryGetId(HttpContext context, string name, string suffix, out MessageId id)
    {
        id = default;
        return context.Request.RouteValues[name] is string text && text.EndsWith(suffix, StringComparison.Ordinal)
            && MessageId.TryParse(text.AsSpan(0, text.Length - suffix.Length), out id);
    }

    private static bool TryRefuse(HttpContext context, in ChangeResult result, int wrongStateCode)
    {
        switch (result.Outcome)
        {
            case ChangeOutcome.Done when result.Message is not null || HttpMethods.IsDelete(context.Request.Method):
                return false;
            case ChangeOutcome.WrongState:
                new TwilioError(wrongStateCode, StatusCodes.Status409Conflict, ErrorCodes.MessageFor(wrongStateCode)!).Send(context);
                return true;
            case ChangeOutcome.StoreUnavailable:
                TwilioError.ForStatus(StatusCodes.Status503ServiceUnavailable, context.Request).Send(context);
                return true;
            case ChangeOutcome.OutcomeUnknown:
                TwilioError.ForStatus(StatusCodes.Status500InternalServerError, context.Request).Send(context);
                return true;
            default:
                TwilioError.NotFound(context.Request).Send(context);
                return true;
        }
    }

    private static void Answer(HttpContext context, Message message)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        TwilioMessageJson.Write(answer.Writer, message);
        answer.Send(context, StatusCodes.Status200OK);
    }
}
