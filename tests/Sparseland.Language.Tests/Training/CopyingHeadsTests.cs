using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Language.Models;
using Sparseland.Language.Training;

namespace Sparseland.Language.Tests.Training;

public class CopyingHeadsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void What_was_said_once_is_expected_the_second_time_without_any_training(int queryHeads)
    {
        var configuration = new TransformerConfiguration
        {
            Family = "llama", VocabularySize = 200, Width = 128, FeedForwardWidth = 64, BlockCount = 2, HeadCount = queryHeads, KeyValueHeadCount = 2, HeadWidth = 32, ContextLength = 128, TiedEmbeddings = true,
        };
        Assert.True(CopyingHeads.Fit(configuration));
        var network = TransformerNetwork<float>.Create(configuration, 5);
        var usual = Advantage(network);
        CopyingHeads.Write(network, 5);
        Assert.True(Advantage(network) is > 0 and var with && with > usual + 0.15, $"{usual} without, {Advantage(network)} with");
    }

    [Fact]
    public void Models_without_rotation_or_with_normed_queries_cannot_have_them()
    {
        var configuration = new TransformerConfiguration
        {
            Family = "llama", VocabularySize = 20, Width = 16, FeedForwardWidth = 16, BlockCount = 2, HeadCount = 2, KeyValueHeadCount = 2, HeadWidth = 8, ContextLength = 32,
        };
        Assert.True(CopyingHeads.Fit(configuration));
        Assert.False(CopyingHeads.Fit(configuration with { Rotary = false }));
        Assert.False(CopyingHeads.Fit(configuration with { QueryKeyNorm = true }));
        Assert.False(CopyingHeads.Fit(configuration with { BlockCount = 1 }));
    }

    // By how much the token that followed the first time has a higher logit than the other tokens of the sequence, in deviations of those: being there at all helps them alike.
    private static double Advantage(TransformerNetwork<float> network)
    {
        const int length = 40;
        var (sum, count) = (0.0, 0);
        for (var trial = 0; trial < 8; trial++)
        {
            var tokens = Enumerable.Range(0, network.Configuration.VocabularySize).ToArray();
            new RandomStream(3, "tokens", (ulong)trial).Shuffle<int>(tokens);
            int[] ids = [.. tokens.Take(length), .. tokens.Take(length)];
            var logits = network.Logits(new Tape<float>(), ids, 1, ids.Length).Value.Matrix;
            for (var t = length; t < ids.Length - 1; t++)
            {
                var others = ids.Take(length).Where(id => id != ids[t] && id != ids[t + 1]).Select(id => (double)logits[t, id]).ToArray();
                var mean = others.Average();
                sum += (logits[t, ids[t + 1]] - mean) / Math.Sqrt(others.Average(logit => (logit - mean) * (logit - mean)));
                count++;
            }
        }
        return sum / count;
    }
}
