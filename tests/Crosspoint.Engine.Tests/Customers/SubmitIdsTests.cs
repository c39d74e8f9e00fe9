using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Customers;
using Crosspoint.Engine.Messages;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Customers;

/// <summary>Message ids as customers know them.</summary>
public sealed class SubmitIdsTests
{
    [Theory]
    [InlineData(SubmitIdForm.Uuid)]
    [InlineData(SubmitIdForm.Hex)]
    [InlineData(SubmitIdForm.Decimal)]
    public void TryParse_WhatFormatWrote_IsTheSame(SubmitIdForm form)
    {
        var ids = new MessageIdSource(new ManualTimeProvider());
        var seen = new HashSet<string>();
        for (int i = 0; i < 1000; i++)
        {
            MessageId id = ids.Next();
            foreach (int part in (int[])[0, 1, 2, 255])
            {
                string text = SubmitIds.Format(id, part, form);
                seen.Add(text).ShouldBeTrue();
                text.Length.ShouldBeLessThanOrEqualTo(64);
                SubmitIds.TryParse(text, form, out long key, out MessageId? whole, out int parsed).ShouldBeTrue(text);
                (key, parsed).ShouldBe((id.Key, part));
                if (form == SubmitIdForm.Uuid) whole.ShouldBe(id);
                else long.Parse(SubmitIds.Format(id, part, SubmitIdForm.Decimal)).ShouldBeGreaterThan(0);
            }
        }
    }

    [Theory]
    [InlineData(SubmitIdForm.Uuid, "")]
    [InlineData(SubmitIdForm.Uuid, "01a1fdb4-7f99-7000-9e92-e9503501cfcc-")]
    [InlineData(SubmitIdForm.Uuid, "01a1fdb4-7f99-7000-9e92-e9503501cfcc-256")]
    [InlineData(SubmitIdForm.Uuid, "01a1fdb4-7f99-4000-9e92-e9503501cfcc")]
    [InlineData(SubmitIdForm.Hex, "")]
    [InlineData(SubmitIdForm.Hex, "zz")]
    [InlineData(SubmitIdForm.Hex, "ffffffffffffffffff")]
    [InlineData(SubmitIdForm.Decimal, "-5")]
    [InlineData(SubmitIdForm.Decimal, "9999999999999999999999")]
    [InlineData(SubmitIdForm.Decimal, "1a")]
    public void TryParse_AnythingElse_IsRefused(SubmitIdForm form, string text) =>
        SubmitIds.TryParse(text, form, out _, out _, out _).ShouldBeFalse();
}
