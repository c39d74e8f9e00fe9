using System.Text;
using System.Xml;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// Reads the messaging part of TwiML: <c>Response</c> with <c>Message</c> children. Written by strangers, so nothing outside the document
/// is ever read.
/// </summary>
internal static class ReplyDocument
{
    public const int MaxBytes = 64 * 1024;
    public const string Unparsable = "unparsable reply document";
    private const int MaxReplies = 10;
    private const int MaxIgnored = 10;
    private const int MaxNameLength = 60;

    /// <summary>Fills in the texts to send and the names of what is not supported.</summary>
    public static void Read(ReadOnlyMemory<byte> document, List<string> bodies, List<string> ignored)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxBytes,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        try
        {
            using var stream = new MemoryStream(document.ToArray(), writable: false);
            using var reader = XmlReader.Create(stream, settings);
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "Response") throw new XmlException(Unparsable);
            ReadResponse(reader, bodies, ignored);
            while (reader.Read())
            {
                // To the end: a document that is not well formed as a whole says nothing.
            }
        }
        catch (Exception e) when (e is XmlException or DecoderFallbackException or ArgumentException or NotSupportedException)
        {
            bodies.Clear();
            ignored.Clear();
            ignored.Add(Unparsable);
        }
    }

    private static void ReadResponse(XmlReader reader, List<string> bodies, List<string> ignored)
    {
        if (reader.IsEmptyElement) return;
        int depth = reader.Depth;
        reader.Read();
        while (reader.Depth > depth)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                reader.Read();
            }
            else if (reader.LocalName == "Message")
            {
                ReadMessage(reader, bodies, ignored);
            }
            else
            {
                Ignore(reader.LocalName, ignored);
                reader.Skip();
            }
        }
    }

    // A message that asks for more than a text to the sender is left out whole: half of what was meant would be a surprise.
    private static void ReadMessage(XmlReader reader, List<string> bodies, List<string> ignored)
    {
        bool isSupported = true;
        while (reader.MoveToNextAttribute())
        {
            if (reader.Prefix == "xmlns" || reader.Name == "xmlns") continue;
            Ignore("Message@" + reader.LocalName, ignored);
            isSupported = false;
        }

        reader.MoveToElement();
        var direct = new StringBuilder();
        StringBuilder? inBody = null;
        if (reader.IsEmptyElement)
        {
            reader.Read();
        }
        else
        {
            int depth = reader.Depth;
            reader.Read();
            while (reader.Depth > depth)
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)
                {
                    direct.Append(reader.Value);
                    reader.Read();
                }
                else if (reader.NodeType != XmlNodeType.Element)
                {
                    reader.Read();
                }
                else if (reader.LocalName == "Body")
                {
                    (inBody ??= new StringBuilder()).Append(reader.ReadElementContentAsString());
                }
                else
                {
                    Ignore("Message/" + reader.LocalName, ignored);
                    isSupported = false;
                    reader.Skip();
                }
            }

            reader.Read();
        }

        if (!isSupported) return;
        string text = (inBody ?? direct).ToString().Trim();
        if (text.Length == 0) Ignore("Message without text", ignored);
        else if (bodies.Count == MaxReplies) Ignore("Message after the tenth", ignored);
        else bodies.Add(text);
    }

    private static void Ignore(string what, List<string> ignored)
    {
        if (what.Length > MaxNameLength) what = what[..MaxNameLength];
        if (ignored.Count < MaxIgnored && !ignored.Contains(what)) ignored.Add(what);
    }
}
