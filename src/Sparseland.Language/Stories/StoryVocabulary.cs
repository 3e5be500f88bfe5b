using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Stories;

/// <summary>Tells models that were trained on stories from others.</summary>
public static class StoryVocabulary
{
    /// <summary>Whether every person, place and thing of the stories is one token of its own: only a vocabulary that was learned from stories has them all.</summary>
    public static bool IsOf(ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return StoryLexicon.People.Concat(StoryLexicon.Places).Concat(StoryLexicon.Things).All(word => tokenizer.TokenId($"Ġ{word}") is not null);
    }
}
