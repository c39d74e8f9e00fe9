using Crosspoint.Engine.Receipts;

namespace Crosspoint.Engine.Tests.Receipts;

public sealed class ReceiptRulesTests
{
    [Theory]
    [InlineData("+15551230001", "15551230001")]
    [InlineData("+15551230001", "+15551230001")]
    [InlineData("+15551230001", "0015551230001")]
    [InlineData("+15551230001", "5551230001")]
    [InlineData("+447700900123", "07700900123")]
    [InlineData("+447700900123", " 44 7700 900123")]
    [InlineData("+15551230001", "")]
    public void IsRecipient_SameHandsetWrittenInAnotherWay_ReturnsTrue(string ours, string theirs) =>
        ReceiptRules.IsRecipient(ours, theirs).ShouldBeTrue();

    [Theory]
    [InlineData("+15551230001", "15551230002")]
    [InlineData("+15551230001", "230001")]
    [InlineData("+15551230001", "25551230001")]
    [InlineData("+15551230001", "5551230002")]
    [InlineData("+447700900123", "0123")]
    public void IsRecipient_AnotherHandset_ReturnsFalse(string ours, string theirs) =>
        ReceiptRules.IsRecipient(ours, theirs).ShouldBeFalse();

    [Fact]
    public void IsRecipient_EndlessDigits_DoesNotOverrun() => ReceiptRules.IsRecipient(
        "+15551230001", new string('9', 5000)).ShouldBeFalse();

    [Fact]
    public void IsFinal_EveryState_IsAsTheStandardHasIt() =>
        Enumerable.Range(0, 256).Where(state => ReceiptRules.IsFinal((byte)state)).ShouldBe([2, 3, 4, 5, 8, 9]);
}
