using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Crosspoint.Server.Api;

/// <summary>
/// The built console under <c>/console</c>: files that are read once at the start, so a request names what is in the table or nothing. Paths that are no
/// file get its page.
/// </summary>
internal sealed class ConsoleFiles
{
    public const string Root = "/console";

    private const string Page = "index.html";
    private const string Assets = "assets/";
    private const long MostBytes = 64 * 1024 * 1024;
    private const int NonceBytes = 16;

    // A year, which is what caches take for ever.
    private const string Forever = "public, max-age=31536000, immutable";

    private static readonly byte[] Placeholder = Encoding.ASCII.GetBytes("__CSP_NONCE__");

    private static readonly (string Suffix, string Encoding)[] Compressed = [(".br", "br"), (".gz", "gzip")];

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".webmanifest"] = "application/manifest+json",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, StoredFile> _files;
    private readonly string _directory;

    private ConsoleFiles(string directory, Dictionary<string, StoredFile> files) => (_directory, _files) = (directory, files.ToFrozenDictionary(StringComparer.Ordinal));

    private sealed record StoredFile(byte[] Bytes, string Tag);

    /// <summary>Reads what is in the folder; nothing when there is none.</summary>
    /// <exception cref="IOException">A file cannot be read, or they are more than a console can be.</exception>
    public static ConsoleFiles Read(string directory)
    {
        var files = new Dictionary<string, StoredFile>(StringComparer.Ordinal);
        long bytes = 0;
        foreach (string path in Directory.Exists(directory) ? Directory.GetFiles(directory, "*", SearchOption.AllDirectories) : [])
        {
            bytes += new FileInfo(path).Length;
            if (bytes > MostBytes) throw new IOException($"{directory} holds more than {MostBytes} octets: that is no console");
            byte[] content = File.ReadAllBytes(path);
            string tag = $"\"{Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 12))}\"";
            files[Path.GetRelativePath(directory, path).Replace(Path.DirectorySeparatorChar, '/')] = new(content, tag);
        }

        return new(directory, files);
    }

    /// <summary>Answers what is asked under the root; goes on with everything else.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Not by routes: the fall-back would hide the 404 and 405 of what is beside it.
        if (!context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal, out PathString rest)) return next(context);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        string name = rest.HasValue ? rest.Value![1..] : "";
        if (name != Page && _files.TryGetValue(name, out StoredFile? file)) SendFile(context, name, file);
        else if (name.StartsWith(Assets, StringComparison.Ordinal)) SendMissing(context);
        else SendPage(context);
        return Task.CompletedTask;
    }

    private void SendFile(HttpContext context, string name, StoredFile file)
    {
        HttpResponse response = context.Response;
        Secure(context, nonce: null);
        response.Headers.CacheControl = name.StartsWith(Assets, StringComparison.Ordinal) ? Forever : "no-cache";
        response.ContentType = Types.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream");
        if (Compressed.Any(form => _files.ContainsKey(name + form.Suffix))) response.Headers.Vary = HeaderNames.AcceptEncoding;
        (StoredFile sent, string encoding) = BestOf(context.Request, name, file);
        response.Headers.ETag = sent.Tag;
        if (encoding.Length > 0) response.Headers.ContentEncoding = encoding;
        if (Holds(context.Request.Headers.IfNoneMatch.ToString(), sent.Tag)) response.StatusCode = StatusCodes.Status304NotModified;
        else Send(context, sent.Bytes);
    }

    // The page holds the nonce of its answer, so it is never kept.
    private void SendPage(HttpContext context)
    {
        byte[] page = _files.TryGetValue(Page, out StoredFile? file) ? file.Bytes : Encoding.UTF8.GetBytes(NotBuilt());
        string? nonce = null;
        if (page.AsSpan().IndexOf(Placeholder) >= 0)
        {
            nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
            page = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(page).Replace(Encoding.ASCII.GetString(Placeholder), nonce, StringComparison.Ordinal));
        }

        Secure(context, nonce);
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.ContentType = Types[".html"];
        Send(context, page);
    }

    private static void SendMissing(HttpContext context)
    {
        Secure(context, nonce: null);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = Types[".txt"];
        Send(context, "There is no such file.\n"u8.ToArray());
    }

    private (StoredFile File, string Encoding) BestOf(HttpRequest request, string name, StoredFile file)
    {
        foreach ((string suffix, string encoding) in Compressed)
        {
            if (_files.TryGetValue(name + suffix, out StoredFile? smaller) && Takes(request.Headers.AcceptEncoding.ToString(), encoding)) return (smaller, encoding);
        }

        return (file, "");
    }

    // RFC 9110 §12.5.3: a weight of nought refuses it.
    private static bool Takes(string accepted, string encoding)
    {
        foreach (string part in accepted.Split(','))
        {
            string[] words = part.Split(';', StringSplitOptions.TrimEntries);
            if (!string.Equals(words[0].Trim(), encoding, StringComparison.OrdinalIgnoreCase)) continue;
            return !words.Skip(1).Any(static word => word.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) && word.AsSpan(3).TrimStart('.').TrimStart('0').IsEmpty);
        }

        return false;
    }

    private static bool Holds(string tags, string tag) => tags.Split(',', StringSplitOptions.TrimEntries).Contains(tag);

    private static void Secure(HttpContext context, string? nonce)
    {
        IHeaderDictionary headers = context.Response.Headers;

        // Component and chart libraries write style attributes at run time; they run nothing.
        headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self'; style-src 'self'{(nonce is null ? "" : $" 'nonce-{nonce}'")}; "
            + "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (SessionCookie.IsSecure(context.Request)) headers.StrictTransportSecurity = "max-age=31536000";
    }

    private static void Send(HttpContext context, byte[] body)
    {
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) context.Response.BodyWriter.Write(body);
    }

    private string NotBuilt() => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Crosspoint</title></head>
        <body>
        <h1>There is no console in this build</h1>
        <p>The console is built apart from the gateway. Build it from the folder <code>console</code> of the sources with <code>npm ci</code> and
        <code>npm run build</code>, put the result into <code>{System.Net.WebUtility.HtmlEncode(_directory)}</code>, and start the gateway again.</p>
        <p>The APIs are there without it: see <a href="/docs">/docs</a>.</p>
        </body>
        </html>

        """;
}
