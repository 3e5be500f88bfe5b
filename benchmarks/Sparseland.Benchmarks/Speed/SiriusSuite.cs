using Sparseland.Language.Checkpoints;
using Sparseland.Language.Contextual;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Contextual sparsity and its correction against dense decoding, on a model far above the cache.</summary>
internal sealed class SiriusSuite : ISpeedSuite
{
    private const double Keep = 0.5;
    private const int Period = 16;

    // What the memory saves shall become time, but for a fifth.
    private const double Efficiency = 0.8;

    public string Name => "sirius";

    public string Title => "Contextual sparsity and its correction";

    public string Explanation => $"A random Llama of width 1024 with feed-forward layers of 8192 in 6 blocks (180 million weights), half of the neurons kept, greedy decoding: dense, sparse alone, and corrected every {Period} tokens. The weights are random, so the threshold is 0 and every draft is accepted: the figure is what passes and checks cost. Copying the chosen neurons, once per prompt, is not counted. The goal is {Efficiency} of what the weights read per token would allow.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var tokenizer = BytePairTrainer.Train(StoryCorpus.Texts(1, 0, 300), new BytePairTrainerOptions { VocabularySize = 1024 });
        var configuration = DecodeBenchmark.LargeConfiguration with { FeedForwardWidth = 8192, BlockCount = 6, VocabularySize = tokenizer.VocabularySize };
        var wide = TransformerModel.Load(new RandomCheckpoint(configuration));
        foreach (var element in quick ? [ElementType.BFloat16] : (ElementType[])[ElementType.BFloat16, ElementType.Float32])
        {
            var model = element == ElementType.Float32 ? wide : ModelLayouts.ToDense(wide, element);
            foreach (var mode in (string[])["coarse", "fine"])
            {
                var subjects = new Subjects(model, tokenizer, mode, quick ? 1 : 2);
                foreach (var threads in new[] { 1, 2 })
                {
                    WorkerPool.ThreadCount = threads;
                    yield return subjects.Measure($"{mode}, {element}", threads, quick ? 3 : 5);
                }
            }
        }
    }

    private sealed class Subjects(TransformerModel model, ITokenizer tokenizer, string mode, int stretches)
    {
        private readonly int[] _prompt = tokenizer.Encode(StoryCorpus.Texts(2, 0, 1).First()).Take(24).ToArray();
        private readonly GenerationSettings _settings = new() { MaximumTokens = stretches * Period + 1, IgnoresEndTokens = true };
        private readonly InferenceSession _session = model.CreateSession(24 + stretches * Period + 1);
        private readonly TextGenerator _dense = new(model, tokenizer);
        private readonly ContextualGenerator _sparse = new(model, tokenizer, new ContextualOptions { Mode = mode, Keep = Keep });
        private readonly ContextualGenerator _corrected = new(model, tokenizer, new ContextualOptions { Mode = mode, Keep = Keep, Correction = new SiriusOptions { Threshold = 0, Period = Period } });
        private double _density;

        // Rounds alternate; a figure is the median, a ratio the median of the rounds' ratios to dense decoding. The first round warms up.
        public Measurement Measure(string work, int threads, int rounds)
        {
            var times = new List<double[]>();
            for (var round = 0; round <= rounds; round++)
                times.Add([Dense(), Contextual(_sparse), Contextual(_corrected)]);
            times.RemoveAt(0);
            Figure Of(int index, string name) => new(name, stretches * Period / SpeedSummary.Of([.. times.Select(time => time[index])]).Median, SpeedSummary.Of([.. times.Select(time => time[0] / time[index])]).Median);
            return new Measurement("sirius", $"{work} (density {_density:F3})", threads, "tok/s", [Of(0, "dense"), Of(1, "sparse"), Of(2, "Sirius")], Efficiency / _density);
        }

        private double Dense()
        {
            _session.Truncate(0);
            return _dense.Generate(_session, _prompt, _settings).Statistics.DecodeSeconds;
        }

        private double Contextual(ContextualGenerator generator)
        {
            var result = generator.Generate(_session, _prompt, _settings);
            _density = result.Contextual.EffectiveDensity;
            return result.Generation.Statistics.DecodeSeconds;
        }
    }
}
