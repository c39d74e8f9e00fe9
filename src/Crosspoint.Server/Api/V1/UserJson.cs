using System.Text.Json;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>Writes users and sessions, without their secrets.</summary>
internal static class UserJson
{
    public static void Write(Utf8JsonWriter writer, UserRecord user, IdentityDesk identity)
    {
        writer.WriteStartObject();
        WriteFields(writer, user, identity);
        writer.WriteEndObject();
    }

    /// <summary>A user with the link that sets their password.</summary>
    public static void SendInvitation(HttpContext context, int status, UserRecord user, IdentityDesk identity, string link)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WritePropertyName("user"u8);
        Write(answer.Writer, user, identity);
        answer.Writer.WriteString("link"u8, link);
        answer.Writer.WriteMicros("expires_at"u8, user.InviteUntil);
        answer.Writer.WriteEndObject();
        answer.Send(context, status);
    }

    /// <param name="current">The session that asks, if it is one of them.</param>
    public static void SendSessions(HttpContext context, IEnumerable<Session> sessions, Session? current)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("sessions"u8);
        foreach (Session session in sessions)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, session.Id);
            writer.WriteMicros("created_at"u8, session.Record.CreatedAt);
            writer.WriteMicros("seen_at"u8, session.SeenAt);
            writer.WriteString("address"u8, session.Record.Address);
            writer.WriteString("agent"u8, session.Record.Agent);
            writer.WriteBoolean("current"u8, session == current);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static void WriteFields(Utf8JsonWriter writer, UserRecord user, IdentityDesk identity)
    {
        SignInTries? tries = identity.TriesOf(user);
        writer.WriteString("id"u8, user.Id);
        writer.WriteString("name"u8, user.Name);
        writer.WriteString("display_name"u8, user.DisplayName);
        writer.WriteString("role"u8, user.Role);
        writer.WriteString("account_sid"u8, user.AccountSid);
        writer.WriteString("state"u8, user.State);
        writer.WriteBoolean("has_password"u8, user.PasswordHash is not null);
        writer.WriteBoolean("second_factor"u8, user.TotpSecret is not null);
        writer.WriteNumber("failed_tries"u8, tries?.Failed ?? 0);
        writer.WriteMicros("locked_until"u8, tries?.LockedUntil ?? 0);
        writer.WriteMicros("created_at"u8, user.CreatedAt);
        writer.WriteMicros("last_sign_in_at"u8, user.LastSignIn);
        writer.WriteMicros("invited_until"u8, user.InviteUntil);
    }
}
