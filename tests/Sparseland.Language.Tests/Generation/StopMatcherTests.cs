using CsCheck;
using Sparseland.Language.Generation;

namespace Sparseland.Language.Tests.Generation;

public sealed class StopMatcherTests
{
    [Fact]
    public void Only_what_may_become_a_stop_string_waits()
    {
        var matcher = new StopMatcher(["\n\n", "END"]);
        Assert.Equal("one", matcher.Append("one\n"));
        Assert.Equal("\ntwo", matcher.Append("two"));
        Assert.Equal(" ", matcher.Append(" EN"));
        Assert.Equal("ENT", matcher.Append("T"));
        Assert.Equal("x", matcher.Append("xENDy"));
        Assert.True(matcher.HasMatched);
        Assert.Equal("", matcher.Append("more") + matcher.Flush());
    }

    [Fact]
    public void Any_cut_of_a_text_gives_the_text_before_the_first_stop_string() =>
        Gen.Select(Gen.Char["ab"].Array[0, 6].Select(c => new string(c)).Array[0, 12], Gen.Char["ab"].Array[1, 3].Select(c => new string(c)).Array[0, 3]).Sample((pieces, stops) =>
        {
            var whole = string.Concat(pieces);
            var first = stops.Select(stop => whole.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
            var matcher = new StopMatcher(stops);
            var text = string.Concat(pieces.Select(matcher.Append)) + matcher.Flush();
            // A shorter stop string that is complete ends the text before a longer one that began earlier is.
            return first < 0 ? text == whole && !matcher.HasMatched : matcher.HasMatched && whole.StartsWith(text) && stops.All(stop => !text.Contains(stop)) && text.Length >= first;
        }, seed: "0000KOIPe653", iter: 2000);
}
