using System.Text;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class ReplyDocumentTests
{
    private readonly List<string> _bodies = [];
    private readonly List<string> _ignored = [];

    [Theory]
    [InlineData("<Response><Message>hi</Message></Response>", "hi")]
    [InlineData("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n  <Message>\n    grüß dich\n  </Message>\n</Response>", "grüß dich")]
    [InlineData("<Response><Message><Body>one</Body></Message><Message>two</Message></Response>", "one|two")]
    [InlineData("<Response><Message>\n  <Body>a &amp; b</Body>\n</Message></Response>", "a & b")]
    [InlineData("<Response><Message><![CDATA[1 < 2]]></Message></Response>", "1 < 2")]
    [InlineData("<Response xmlns:x=\"y\"><!-- c --><Message>hi</Message></Response>", "hi")]
    [InlineData("<Response/>", "")]
    [InlineData("<Response></Response>", "")]
    public void Read_Messages_GivesTheirTexts(string document, string expected)
    {
        Read(document);
        string.Join('|', _bodies).ShouldBe(expected);
        _ignored.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("<Response><Redirect>http://x/</Redirect><Message>hi</Message></Response>", "hi", "Redirect")]
    [InlineData("<Response><Message to=\"+4915112345678\">no</Message><Message>yes</Message></Response>", "yes", "Message@to")]
    [InlineData("<Response><Message action=\"/x\" from=\"1\">no</Message></Response>", "", "Message@action|Message@from")]
    [InlineData("<Response><Message><Body>no</Body><Media>http://x/</Media></Message></Response>", "", "Message/Media")]
    [InlineData("<Response><Message/></Response>", "", "Message without text")]
    public void Read_WhatIsNotSupported_IsNamedAndLeftOut(string document, string bodies, string ignored)
    {
        Read(document);
        string.Join('|', _bodies).ShouldBe(bodies);
        string.Join('|', _ignored).ShouldBe(ignored);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("<html><body>ok</body></html>")]
    [InlineData("<Response><Message>hi</Message>")]
    [InlineData("<Response><Message>hi</Message></Response><x>")]
    [InlineData("<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Response><Message>&x;</Message></Response>")]
    [InlineData("<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><Response><Message>&b;</Message></Response>")]
    [InlineData("<Response><Message>&undefined;</Message></Response>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"x-none\"?><Response/>")]
    public void Read_NotAReplyDocument_SaysSoAndSendsNothing(string document)
    {
        Read(document);
        _bodies.ShouldBeEmpty();
        _ignored.ShouldBe([ReplyDocument.Unparsable]);
    }

    [Fact]
    public void Read_ManyMessages_SendsTenAndSaysSo()
    {
        Read("<Response>" + string.Concat(Enumerable.Repeat("<Message>x</Message>", 1_000)) + "</Response>");
        _bodies.Count.ShouldBe(10);
        _ignored.ShouldBe(["Message after the tenth"]);
    }

    [Fact]
    public void Read_LongNames_AreCut()
    {
        Read("<Response><" + new string('v', 5_000) + "/></Response>");
        _ignored.Single().Length.ShouldBeLessThanOrEqualTo(80);
    }

    [Fact]
    public void Read_DeepNesting_EndsWithoutFault()
    {
        string open = string.Concat(Enumerable.Repeat("<a>", 8_000));
        string close = string.Concat(Enumerable.Repeat("</a>", 8_000));
        Read("<Response>" + open + close + "<Message>hi</Message></Response>");
        _bodies.ShouldBe(["hi"]);
    }

    private void Read(string document) => ReplyDocument.Read(Encoding.UTF8.GetBytes(document), _bodies, _ignored);
}
