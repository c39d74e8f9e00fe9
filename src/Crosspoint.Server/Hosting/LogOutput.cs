using Crosspoint.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Hosting;

/// <summary>The log on standard error.</summary>
public static class LogOutput
{
    private const string Timestamp = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";

    public static ILoggerFactory Create(LogOptions options) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(options.Level);

        // The web server's own notes are about single requests; unless somebody debugs, its warnings are enough.
        if (options.Level >= LogLevel.Information)
        {
            builder.AddFilter("Microsoft", LogLevel.Warning);

            // Its log scope of each request, made whenever it may log anything at all, is a hundredth of a message's cost.
            builder.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }

        if (options.Format == LogFormat.Json)
        {
            builder.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = Timestamp;
            });
        }
        else
        {
            builder.AddSimpleConsole(text =>
            {
                text.SingleLine = true;
                text.UseUtcTimestamp = true;
                text.TimestampFormat = Timestamp;
            });
        }

        builder.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
