using System.Text.Json;
using Crosspoint.Engine.Rating.Import;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>Says which rows of an upload are not right.</summary>
internal static class BadRowsJson
{
    /// <param name="columns">What the columns were taken for; null where that goes without saying.</param>
    /// <param name="isCut">The rest of the body was perhaps not read.</param>
    public static void Send(
        HttpContext context, ProblemKind kind, string detail, long rows, long badRowCount, IReadOnlyList<BadRow> badRows, bool isCut,
        IReadOnlyList<string>? columns = null)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteString("type"u8, $"/docs#{kind.Code}");
        writer.WriteString("title"u8, kind.Title);
        writer.WriteNumber("status"u8, kind.Status);
        writer.WriteString("code"u8, kind.Code);
        writer.WriteString("detail"u8, detail);
        writer.WriteNumber("rows"u8, rows);
        writer.WriteNumber("bad_rows"u8, badRowCount);
        if (columns is not null)
        {
            writer.WriteStartArray("columns"u8);
            foreach (string column in columns) writer.WriteStringValue(column);
            writer.WriteEndArray();
        }

        writer.WriteStartArray("errors"u8);
        foreach (BadRow row in badRows) RevisionJson.Write(writer, row);
        writer.WriteEndArray();
        writer.WriteEndObject();
        if (isCut) context.Response.Headers.Connection = "close";
        answer.Send(context, kind.Status, JsonAnswer.Problem);
    }
}
