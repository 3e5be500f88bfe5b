using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>What lies beside the weights in the folder of a pruned model: tokenizer, generation settings, recipe, report and card.</summary>
internal static class PrunedFolder
{
    /// <summary>What the weights' header and config.json carry over.</summary>
    public static CheckpointWriterOptions WriterOptions(ICheckpoint checkpoint, Recipe recipe)
    {
        var configuration = Path.Combine(checkpoint.Path, ConfigurationReader.FileName);
        return new CheckpointWriterOptions
        {
            Metadata = new Dictionary<string, string> { ["sparseland.recipe"] = recipe.ToJson() },
            OriginalConfiguration = File.Exists(configuration) ? File.ReadAllBytes(configuration) : default,
        };
    }

    /// <summary>Writes the other files.</summary>
    public static void WriteCompanions(PruneRequest request, PruneReport report, string work)
    {
        request.Tokenizer?.Save(work);
        var model = request.Checkpoint.Path;
        var source = Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!;
        var generation = Path.Combine(source, ConfigurationReader.GenerationFileName);
        if (File.Exists(generation))
            File.Copy(generation, Path.Combine(work, ConfigurationReader.GenerationFileName), overwrite: true);
        AtomicFile.WriteText(Path.Combine(work, "recipe.json"), request.Recipe.ToJson() + "\n");
        AtomicFile.WriteText(Path.Combine(work, PruneReport.FileName), report.ToJson() + "\n");
        AtomicFile.WriteText(Path.Combine(work, "README.md"), ModelCard.Of(report, request.Recipe));
    }
}
