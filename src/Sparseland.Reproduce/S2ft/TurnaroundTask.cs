using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Language.Tokenizers;
using Sparseland.Language.Training;
using Sparseland.Language.Tuning;

namespace Sparseland.Reproduce.S2ft;

/// <summary>A rule that the models have never met: some names are given, and the answer is the same names in the opposite order.</summary>
internal static class TurnaroundTask
{
    private const int JudgedAtOnce = 16;

    private static readonly string[] Names =
        ["Tom", "Ben", "Jack", "Sam", "Max", "Leo", "Paul", "Finn", "Oscar", "Hugo", "David", "Peter", "Anna", "Lily", "Mia", "Emma", "Rose", "Clara", "Julia", "Nora", "Kate", "Zoe", "Grace", "Molly"];

    /// <summary>Examples of so many names each.</summary>
    public static TuningData Examples(ITokenizer tokenizer, ulong seed, string stream, int count, int fewest, int most)
    {
        var examples = new TokenSequence[count];
        for (var i = 0; i < count; i++)
        {
            var chance = new RandomStream(seed, $"turnaround {stream}", (ulong)i);
            var names = Names.ToArray();
            chance.Shuffle<string>(names);
            var chosen = names[..(fewest + chance.NextInt(most - fewest + 1))];
            examples[i] = TuningText.Answered(tokenizer, $"Turn around: {string.Join(", ", chosen)}.\nAnswer:", $" {string.Join(", ", chosen.Reverse())}.\n");
        }
        return new TuningData(examples, $"lists of {fewest} to {most} names turned around");
    }

    /// <summary>The share of examples of which every token of the answer is the network's first choice.</summary>
    public static double Accuracy(TransformerNetwork<float> network, TuningData data, CancellationToken cancellation)
    {
        var tape = new Tape<float> { Recording = false };
        var right = 0;
        foreach (var chunk in data.Sequences.Chunk(JudgedAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = TokenBatch.FromSequences(chunk, network.Configuration.ContextLength);
            var logits = network.Logits(tape, batch.Ids, batch.Count, batch.Length).Value.Matrix;
            for (var s = 0; s < batch.Count; s++)
            {
                var all = true;
                for (var t = 0; t < batch.Length; t++)
                {
                    var place = s * batch.Length + t;
                    all &= batch.AnswerTargets[place] == TokenBatch.Ignore || TensorPrimitives.IndexOfMax<float>(logits.Row(place)) == batch.AnswerTargets[place];
                }
                right += all ? 1 : 0;
            }
            tape.Reset();
        }
        return (double)right / data.Sequences.Count;
    }
}
