using System.Diagnostics;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Benchmarks.Speed;

/// <summary>
/// Tokenizers in characters per second on one thread: training a vocabulary on the texts of a folder and encoding, with a cold and with a warm cache of pieces.
/// Texts are real, since what is measured is how often their words repeat.
/// </summary>
internal static class TokenizerSpeed
{
    private const int Repetitions = 5;

    /// <summary>Measures on the *.txt files of a folder; with GPT-2's vocabulary as well where its folder is given.</summary>
    public static int Run(TextWriter output, string texts, string? gpt2)
    {
        var text = string.Concat(Directory.GetFiles(texts, "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllText));
        output.WriteLine($"{text.Length / 1e6:F1} million characters of {texts}");
        var clock = Stopwatch.StartNew();
        var trained = BytePairTrainer.Train([text]);
        Report("train 1,536 tokens", clock.Elapsed.TotalSeconds, trained.Encode(text).Length);
        Measure("trained, 1,536 tokens", () => BytePairTrainer.Train([text[..100_000]]), trained);
        if (gpt2 is not null)
            Measure("GPT-2, 50,257 tokens", () => Tokenizer.Load(gpt2), Tokenizer.Load(gpt2));
        return 0;

        void Measure(string name, Func<Tokenizer> fresh, Tokenizer warm)
        {
            var cold = fresh();
            clock.Restart();
            cold.Encode(text);
            Report($"{name}, cold", clock.Elapsed.TotalSeconds, 0);
            var ids = warm.Encode(text);
            var best = double.MaxValue;
            for (var i = 0; i < Repetitions; i++)
            {
                clock.Restart();
                ids = warm.Encode(text);
                best = Math.Min(best, clock.Elapsed.TotalSeconds);
            }
            Report($"{name}, warm", best, ids.Length);
            clock.Restart();
            var same = warm.Decode(ids) == text;
            Report($"{name}, decode{(same ? "" : " (differs!)")}", clock.Elapsed.TotalSeconds, ids.Length);
        }

        void Report(string name, double seconds, int tokens) =>
            output.WriteLine($"{name,-34} {seconds,7:F3} s  {text.Length / seconds / 1e6,7:F1} million characters per second{(tokens > 0 ? $"  {(double)text.Length / tokens:F2} characters per token" : "")}");
    }
}
