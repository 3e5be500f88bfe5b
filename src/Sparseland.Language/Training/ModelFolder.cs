using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;

namespace Sparseland.Language.Training;

/// <summary>Writes what training made: a model folder in the Hugging Face layout with bfloat16 weights, the tokenizer and the log.</summary>
internal static class ModelFolder
{
    /// <summary>Writes the folder. Each file is replaced atomically; the log comes last, because it says that the leg is done.</summary>
    public static void Write(string folder, TransformerNetwork<float> network, ITokenizer tokenizer, TrainingLog log)
    {
        Directory.CreateDirectory(folder);
        tokenizer.Save(folder);
        CheckpointWriter.WriteDense(folder, network.Configuration, name => network[name].Value, ElementType.BFloat16);
        AtomicFile.WriteText(Path.Combine(folder, TrainingLog.FileName), log.ToJson());
    }
}
