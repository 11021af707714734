<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
<context>
    <name>Basis</name>
    <message numerus="yes">
        <source>Rests on %n frame(s)</source>
        <translation>
            <numerusform>Rests on %n frame</numerusform>
            <numerusform>Rests on %n frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) could not be decoded</source>
        <translation>
            <numerusform>%n frame could not be decoded</numerusform>
            <numerusform>%n frames could not be decoded</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n time(s) without a frame, struck through</source>
        <translation>
            <numerusform>%n time without a frame, struck through</numerusform>
            <numerusform>%n times without a frame, struck through</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n subtitle line(s)</source>
        <translation>
            <numerusform>%n subtitle line</numerusform>
            <numerusform>%n subtitle lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Cost</name>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n frame</numerusform>
            <numerusform>%n frames</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Drop</name>
    <message numerus="yes">
        <source>Open %n video(s)</source>
        <translation>
            <numerusform>Open %n video</numerusform>
            <numerusform>Open %n videos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message numerus="yes">
        <source>Exported to %1, without %n still(s) that were not kept.</source>
        <translation>
            <numerusform>Exported to %1, without %n still that was not kept.</numerusform>
            <numerusform>Exported to %1, without %n stills that were not kept.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Ledger</name>
    <message numerus="yes">
        <source>Medians of %n round(s) after a warm-up.</source>
        <translation>
            <numerusform>Figures of %n round after a warm-up.</numerusform>
            <numerusform>Medians of %n rounds after a warm-up.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln layer(s)</source>
        <translation>
            <numerusform>%Ln layer</numerusform>
            <numerusform>%Ln layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s)</source>
        <translation>
            <numerusform>%Ln line</numerusform>
            <numerusform>%Ln lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::AnswerColumn</name>
    <message numerus="yes">
        <source>Cut off after %n token(s); the limit is in the settings.</source>
        <translation>
            <numerusform>Cut off after %n token; the limit is in the settings.</numerusform>
            <numerusform>Cut off after %n tokens; the limit is in the settings.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::CloseQuestion</name>
    <message numerus="yes">
        <source>%n conversation(s) could not be saved.</source>
        <translation>
            <numerusform>%n conversation could not be saved.</numerusform>
            <numerusform>%n conversations could not be saved.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) are still being saved; the disk does not answer.</source>
        <translation>
            <numerusform>%n conversation is still being saved; the disk does not answer.</numerusform>
            <numerusform>%n conversations are still being saved; the disk does not answer.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::ConversationPanel</name>
    <message numerus="yes">
        <source>the %n after it will be kept as an earlier version</source>
        <translation>
            <numerusform>the %n after it will be kept as an earlier version</numerusform>
            <numerusform>the %n after it will be kept as an earlier version</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::DoorSign</name>
    <message numerus="yes">
        <source>%1, %n waiting</source>
        <extracomment>%1: &quot;A program is asking&quot;</extracomment>
        <translation>
            <numerusform>%1, %n waiting</numerusform>
            <numerusform>%1, %n waiting</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::ExchangeCard</name>
    <message numerus="yes">
        <source>%n word(s) differ.</source>
        <translation>
            <numerusform>%n word differs.</numerusform>
            <numerusform>%n words differ.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::FileOpener</name>
    <message numerus="yes">
        <source>%n file(s) are no videos and were left out.</source>
        <translation>
            <numerusform>%n file is no video and was left out.</numerusform>
            <numerusform>%n files are no videos and were left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::FindBar</name>
    <message numerus="yes">
        <source>%n place(s)</source>
        <translation>
            <numerusform>%n place</numerusform>
            <numerusform>%n places</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::LibraryNotices</name>
    <message numerus="yes">
        <source>It holds conversations of before, and beside it are %n more such file(s). This is said until it is dealt with.</source>
        <translation>
            <numerusform>It holds conversations of before, and beside it is %n more such file. This is said until it is dealt with.</numerusform>
            <numerusform>It holds conversations of before, and beside it are %n more such files. This is said until it is dealt with.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) came back. The file stays where it is.</source>
        <translation>
            <numerusform>%n conversation came back. The file stays where it is.</numerusform>
            <numerusform>%n conversations came back. The file stays where it is.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::ModelsPage</name>
    <message numerus="yes">
        <source>%n model(s) on this computer. Folders are read only, nothing is copied.</source>
        <translation>
            <numerusform>%n model on this computer. Folders are read only, nothing is copied.</numerusform>
            <numerusform>%n models on this computer. Folders are read only, nothing is copied.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::NoticeBar</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::ProgramsPage</name>
    <message numerus="yes">
        <source>%n question(s) since it was switched on,</source>
        <translation>
            <numerusform>%n question since it was switched on,</numerusform>
            <numerusform>%n questions since it was switched on,</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n time(s) somebody without the key was turned away.</source>
        <translation>
            <numerusform>%n time somebody without the key was turned away.</numerusform>
            <numerusform>%n times somebody without the key was turned away.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What is being asked is still answered (%n question(s)); then the change takes effect. Switching it off stops that at once.</source>
        <translation>
            <numerusform>What is being asked is still answered (%n question); then the change takes effect. Switching it off stops that at once.</numerusform>
            <numerusform>What is being asked is still answered (%n questions); then the change takes effect. Switching it off stops that at once.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::ProgressStrip</name>
    <message numerus="yes">
        <source>%n pass(es)</source>
        <translation>
            <numerusform>%n pass</numerusform>
            <numerusform>%n passes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::SendQuestion</name>
    <message numerus="yes">
        <source>%n frame(s), about %1, and your words go there. The film itself stays here.</source>
        <translation>
            <numerusform>%n frame, about %1, and your words go there. The film itself stays here.</numerusform>
            <numerusform>%n frames, about %1, and your words go there. The film itself stays here.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::SpeechDialog</name>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation>
            <numerusform>%n line</numerusform>
            <numerusform>%n lines</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n doubtful, marked (?)</source>
        <translation>
            <numerusform>%n doubtful, marked (?)</numerusform>
            <numerusform>%n doubtful, marked (?)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::StoragePage</name>
    <message numerus="yes">
        <source>What is kept of “%1” goes, with %n conversation(s) about it. The video itself stays.</source>
        <translation>
            <numerusform>What is kept of “%1” goes, with %n conversation about it. The video itself stays.</numerusform>
            <numerusform>What is kept of “%1” goes, with %n conversations about it. The video itself stays.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::VideoInfoDialog</name>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n frame</numerusform>
            <numerusform>%n frames</numerusform>
        </translation>
    </message>
</context>
</TS>
