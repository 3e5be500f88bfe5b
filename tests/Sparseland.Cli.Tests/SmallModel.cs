using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;

namespace Sparseland.Cli.Tests;

/// <summary>A random model with a tokenizer and a text, small enough that a test prunes it in a second.</summary>
internal static class SmallModel
{
    /// <summary>Its weights' file.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Text for calibration and evaluation, in the model's folder.</summary>
    public const string Text = "text.txt";

    /// <summary>Writes the model's folder.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="blocks">Transformer blocks.</param>
    /// <param name="width">Width of the residual stream, a multiple of 16.</param>
    /// <returns>The folder.</returns>
    public static string Write(string folder, int blocks = 2, int width = 32)
    {
        Directory.CreateDirectory(folder);
        var texts = StoryCorpus.Texts(5, 0, 30).ToList();
        var tokenizer = BytePairTrainer.Train(texts, new BytePairTrainerOptions { VocabularySize = 300 });
        var configuration = new TransformerConfiguration
        {
            Family = "llama",
            VocabularySize = 320,
            Width = width,
            FeedForwardWidth = 2 * width,
            BlockCount = blocks,
            HeadCount = 2,
            KeyValueHeadCount = 2,
            HeadWidth = width / 2,
            ContextLength = 128,
            BeginToken = tokenizer.BeginToken,
            EndTokens = tokenizer.EndTokens,
        };
        using var random = new RandomCheckpoint(configuration);
        CheckpointWriter.WriteDense(folder, configuration, random.LoadTensor, ElementType.Float32);
        tokenizer.Save(folder);
        AtomicFile.WriteText(Path.Combine(folder, Text), string.Join("\n", texts));
        return folder;
    }

    /// <summary>A copy of a folder's files.</summary>
    public static string Copy(string source, string destination)
    {
        Directory.CreateDirectory(destination);
        foreach (var file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(destination, Path.GetFileName(file)));
        return destination;
    }
}
