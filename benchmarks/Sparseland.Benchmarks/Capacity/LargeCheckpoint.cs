using System.Globalization;
using Sparseland.Files;
using Sparseland.Kernels;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;

namespace Sparseland.Benchmarks.Capacity;

/// <summary>
/// large-checkpoint FOLDER [--width N] [--blocks N] [--shard BYTES] [--seed N]: a random Llama in sharded bfloat16 safetensors with a configuration, a tokenizer and a calibration text,
/// for trying a pruner on sizes that nobody ships a model of. The default is TinyLlama's shape, 1.1 billion parameters. One matrix is in memory at a time.
/// </summary>
internal static class LargeCheckpoint
{
    private const int VocabularySize = 32000;
    private const int HeadWidth = 64;
    private const int Stories = 600;

    /// <summary>Writes the folder, whole or not at all.</summary>
    /// <returns>0 when done, 2 when the command line is wrong or the folder exists.</returns>
    public static int Run(TextWriter output, string path, string[] options)
    {
        var width = Number(options, "--width", 2048);
        var blocks = Number(options, "--blocks", 22);
        var shard = Number(options, "--shard", 500_000_000);
        var seed = (ulong)Number(options, "--seed", 1);
        if (width < HeadWidth || width % HeadWidth != 0 || blocks < 1)
        {
            Console.Error.WriteLine($"--width must be a multiple of {HeadWidth}, --blocks at least 1");
            return 2;
        }
        var configuration = Shape((int)width, (int)blocks);
        var catalogue = TensorCatalog.For(configuration);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {catalogue.Sum(tensor => tensor.Shape.Length) / 1e9:F3} billion parameters"));
        using var folder = AtomicFolder.Create(path);
        WriteCompanions(folder.WorkFolder, configuration, seed);
        using (var random = new RandomCheckpoint(configuration, seed))
        using (var writer = new SafetensorsFolderWriter(folder.WorkFolder, [.. catalogue.Select(Entry)], null, shard))
        {
            foreach (var tensor in catalogue)
                Append(writer, random, tensor.Name);
            writer.Complete();
        }
        folder.Commit();
        return 0;
    }

    /// <summary>TinyLlama's proportions at any width: feed-forward 2.75 times as wide, eight query heads for one of keys.</summary>
    private static TransformerConfiguration Shape(int width, int blocks) => new()
    {
        Family = "llama",
        VocabularySize = VocabularySize,
        Width = width,
        FeedForwardWidth = width * 11 / 4,
        BlockCount = blocks,
        HeadCount = width / HeadWidth,
        KeyValueHeadCount = width / HeadWidth % 8 == 0 ? width / HeadWidth / 8 : width / HeadWidth,
        HeadWidth = HeadWidth,
        ContextLength = 2048,
        BeginToken = 0,
        EndTokens = [0],
    };

    private static SafetensorsEntry Entry(CatalogTensor tensor) => new(tensor.Name, SafetensorsType.BF16, (long[])[.. tensor.Shape.ToArray().Select(extent => (long)extent)]);

    private static void Append(SafetensorsFolderWriter writer, RandomCheckpoint random, string name)
    {
        var values = random.LoadTensor(name);
        var row = new ushort[values.Shape.Columns];
        for (var start = 0; start < values.Length; start += row.Length)
        {
            BFloat16Conversion.Narrow(values.Span.Slice(start, row.Length), row);
            writer.Append<ushort>(name, row);
        }
    }

    // The tokenizer learns from stories, which fill a few of the model's ids; calibration text is more of them.
    private static void WriteCompanions(string folder, TransformerConfiguration configuration, ulong seed)
    {
        var texts = StoryCorpus.Texts(seed, 0, Stories).ToList();
        BytePairTrainer.Train(texts, new BytePairTrainerOptions { VocabularySize = 4096 }).Save(folder);
        AtomicFile.WriteText(Path.Combine(folder, "calibration.txt"), string.Join("\n\n", texts));
        AtomicFile.Write(Path.Combine(folder, "config.json"), stream => stream.Write(ConfigurationWriter.Write(configuration, storedType: "bfloat16")));
        AtomicFile.Write(Path.Combine(folder, "generation_config.json"), stream => stream.Write(ConfigurationWriter.WriteGeneration(configuration)));
    }

    private static long Number(string[] options, string name, long fallback) =>
        Array.IndexOf(options, name) is >= 0 and var place && place + 1 < options.Length ? long.Parse(options[place + 1], CultureInfo.InvariantCulture) : fallback;
}
